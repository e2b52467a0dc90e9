package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.mqtt.BrokerExtension.Broker;
import io.smallrye.mutiny.Multi;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(BrokerExtension.class)
class SendingIT {
  @Test
  void messagesAreAckedAndArriveInOrder(Broker broker) {
    try (var application = new Application(broker)) {
      var consumer =
          application.acking("in", "topic", "platform/probe/send/#", "failure-strategy", "ignore");
      application.awaitReady();
      var acked = new AtomicInteger();
      Multi.createFrom()
          .range(0, 1_000)
          .<Message<?>>map(
              number ->
                  Message.of(
                      Integer.toString(number),
                      () -> {
                        acked.incrementAndGet();
                        return CompletableFuture.completedFuture(null);
                      }))
          .subscribe(application.outgoing("out", "topic", "platform/probe/send/x"));
      Awaitility.await().until(() -> acked.get() == 1_000);
      consumer.awaitItems(1_000, Duration.ofSeconds(10));
      assertEquals(Application.numbers(0, 1_000), Application.texts(consumer));
    }
  }
}
