package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import io.muster.mqtt.BrokerExtension.Broker;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Messages that are of use for a while only. */
@ExtendWith(BrokerExtension.class)
class ExpiryIT {
  private static final Duration LATER = Duration.ofSeconds(60);

  private static Message<?> message(String text, long seconds) {
    return Message.of(text)
        .addMetadata(
            MqttOutboundMetadata.builder()
                .messageExpiry(Duration.ofSeconds(seconds))
                .payloadFormat(Mqtt5PayloadFormatIndicator.UTF_8)
                .build());
  }

  @Test
  void whatExpiresWhileTheBrokerIsAwayIsNackedAndTheRestHasLessLeft(Broker broker) {
    try (var application = new Application(broker)) {
      var consumer = application.acking("aged-in", "topic", "platform/probe/aged/#");
      application.awaitReady();
      var sender = new Sender(application, "aged", "topic", "platform/probe/aged/x");
      broker.kill();
      Awaitility.await().until(() -> !application.connector().getReadiness().isOk());
      sender.send(message("short", 1));
      sender.send(message("long", 600));
      Awaitility.await().until(() -> sender.taken() == 2);
      var waiting = System.nanoTime();
      Awaitility.await()
          .until(() -> System.nanoTime() - waiting > Duration.ofMillis(1_100).toNanos());
      broker.restart();
      Awaitility.await().atMost(LATER).until(() -> sender.acked().equals(List.of("long")));
      assertInstanceOf(MessageExpiredException.class, sender.nacked().get("short"));
      consumer.awaitItems(1, LATER);
      var heard = consumer.getItems().getFirst().getMetadata(MqttInboundMetadata.class);
      var left = heard.orElseThrow().messageExpiry().orElseThrow();
      assertTrue(left.compareTo(Duration.ofSeconds(600)) < 0, left::toString);
      assertEquals(Mqtt5PayloadFormatIndicator.UTF_8, heard.get().payloadFormat().orElseThrow());
      assertEquals(List.of("long"), Application.texts(consumer));
    }
  }

  /** Acknowledged by the application at QoS 2 as well. */
  @Test
  void aConsumerMayAskForQos2(Broker broker) {
    try (var application = new Application(broker)) {
      var consumer = application.acking("twice-in", "topic", "platform/probe/twice/#", "qos", "2");
      application.awaitReady();
      var sender = new Sender(application, "twice", "topic", "platform/probe/twice/x", "qos", "2");
      Application.numbers(0, 200).forEach(sender::send);
      consumer.awaitItems(200, LATER);
      Awaitility.await().atMost(LATER).until(() -> sender.acked().size() == 200);
      assertEquals(Application.numbers(0, 200), Application.texts(consumer));
      assertEquals(
          MqttQos.EXACTLY_ONCE,
          consumer
              .getItems()
              .getFirst()
              .getMetadata(MqttInboundMetadata.class)
              .orElseThrow()
              .qos());
    }
  }
}
