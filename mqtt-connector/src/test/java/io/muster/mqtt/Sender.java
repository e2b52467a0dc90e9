package io.muster.mqtt;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.UnicastProcessor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Sends through an outgoing channel and keeps what became of each message. */
final class Sender {
  private final UnicastProcessor<Message<?>> messages = UnicastProcessor.create();
  private final List<String> acked = new CopyOnWriteArrayList<>();
  private final Map<String, Throwable> nacked = new ConcurrentHashMap<>();
  private final AtomicInteger taken = new AtomicInteger();

  Sender(Application application, String channel, String... attributes) {
    Multi.createFrom()
        .publisher(messages)
        .onItem()
        .invoke(taken::incrementAndGet)
        .subscribe(application.outgoing(channel, attributes));
  }

  void send(String text) {
    send(Message.of(text));
  }

  void send(Message<?> message) {
    var name = message.getPayload().toString();
    messages.onNext(
        message
            .withAck(
                () -> {
                  acked.add(name);
                  return CompletableFuture.completedFuture(null);
                })
            .withNack(
                reason -> {
                  nacked.put(name, reason);
                  return CompletableFuture.completedFuture(null);
                }));
  }

  List<String> acked() {
    return acked;
  }

  Map<String, Throwable> nacked() {
    return nacked;
  }

  /** How many messages the channel has asked for and got. */
  int taken() {
    return taken.get();
  }
}
