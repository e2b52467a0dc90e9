package io.muster.mqtt;

import io.muster.mqtt.Meters.Event;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;

/** Hands messages to the application and does what it decides: ack, retry, or give up. */
final class Settling {
  private final String channel;
  private final Loop loop;
  private final InboundSettings.RetrySettings retry;
  private final Meters meters;
  private final Tracing tracing;
  private final FailureStrategy failures;
  private final BiConsumer<Delivery, Duration> again;
  private final Held held = new Held();

  /**
   * @param again gives a message out once more after a delay
   */
  Settling(
      InboundSettings settings,
      Loop loop,
      Meters meters,
      FailureStrategy failures,
      BiConsumer<Delivery, Duration> again) {
    this.channel = settings.link().channel();
    this.loop = loop;
    this.retry = settings.retry();
    this.meters = meters;
    this.tracing = Tracing.of(settings.tracing());
    this.failures = failures;
    this.again = again;
  }

  Held held() {
    return held;
  }

  /** The message as the application gets it; from now on it holds it. */
  Message<?> handOut(Delivery delivery) {
    held.add(delivery, System.nanoTime());
    var properties = Properties.received(channel, delivery);
    return new InboundMessage(
        delivery.publish().getPayloadAsBytes(),
        tracing.received(Metadata.of(properties), properties),
        ignored -> ack(delivery),
        (reason, ignored) -> nack(delivery, reason));
  }

  private CompletionStage<Void> ack(Delivery delivery) {
    if (settle(delivery)) {
      meters.count(delivery.acknowledge() ? Event.ACKNOWLEDGED : Event.LATE);
    }
    return CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Void> nack(Delivery delivery, Throwable reason) {
    if (!settle(delivery)) {
      return CompletableFuture.completedFuture(null);
    }
    var done = new CompletableFuture<Void>();
    loop.run(
        () ->
            refused(delivery, reason)
                .subscribe()
                .with(done::complete, done::completeExceptionally));
    return done;
  }

  private boolean settle(Delivery delivery) {
    var first = delivery.settle();
    if (first) {
      held.settled(delivery);
    }
    return first;
  }

  /**
   * A retry does not wait for its outcome: a consumer of one message at a time asks for the next
   * one, which is the retry, only when the nack is done.
   */
  private Uni<Void> refused(Delivery delivery, Throwable reason) {
    if (!delivery.connection().isOpen()) {
      meters.count(Event.LATE);
      return Uni.createFrom().voidItem();
    }
    if (delivery.attempt() > retry.attempts()) {
      return failures.handle(delivery, reason);
    }
    meters.count(Event.RETRIED);
    again.accept(delivery.again(), retry.before(delivery.attempt()));
    return Uni.createFrom().voidItem();
  }
}
