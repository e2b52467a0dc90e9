package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.mqtt.BrokerExtension.Broker;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(BrokerExtension.class)
class ReceivingIT {
  @Test
  void aMessageArrives(Broker broker) {
    try (var application = new Application(broker);
        var publisher = new Publisher(broker)) {
      var consumer =
          application.consumer(
              10, "first", "topic", "platform/probe/first/#", "failure-strategy", "ignore");
      application.awaitReady();
      publisher.publishNumbers("platform/probe/first/x", 0, 5);
      consumer.awaitItems(5, Duration.ofSeconds(10));
      assertEquals(Application.numbers(0, 5), Application.texts(consumer));
    }
  }
}
