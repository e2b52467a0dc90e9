package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.MqttEncodeException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import io.muster.mqtt.BrokerExtension.Broker;
import io.smallrye.reactive.messaging.OutgoingMessageMetadata;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(BrokerExtension.class)
class SendingIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void messagesAreAckedAndArriveInOrder(Broker broker) {
    try (var application = new Application(broker)) {
      var consumer = application.acking("in", "topic", "platform/probe/send/#");
      application.awaitReady();
      var sender = new Sender(application, "out", "topic", "platform/probe/send/x");
      Application.numbers(0, 2_000).forEach(sender::send);
      Awaitility.await().until(() -> sender.acked().size() == 2_000);
      consumer.awaitItems(2_000, SOON);
      assertEquals(Application.numbers(0, 2_000), Application.texts(consumer));
      assertEquals(2_000, Application.counted("muster.mqtt.sent", "out"));
    }
  }

  @Test
  void metadataOverridesTheAttributes(Broker broker) {
    try (var application = new Application(broker)) {
      var consumer = application.acking("over-in", "topic", "platform/probe/over/#");
      application.awaitReady();
      var sender = new Sender(application, "over", "topic", "platform/probe/over/default");
      sender.send(
          Message.of("hello")
              .addMetadata(
                  MqttOutboundMetadata.builder()
                      .topic("platform/probe/over/other")
                      .qos(MqttQos.EXACTLY_ONCE)
                      .contentType("text/plain")
                      .responseTopic("platform/probe/over/answers")
                      .correlationData(ByteBuffer.wrap(new byte[] {7}))
                      .messageExpiry(Duration.ofMinutes(5))
                      .userProperty("colour", "blue")
                      .build()));
      consumer.awaitItems(1, SOON);
      var metadata =
          consumer.getItems().getFirst().getMetadata(MqttInboundMetadata.class).orElseThrow();
      assertEquals("platform/probe/over/other", metadata.topic());
      assertEquals("text/plain", metadata.contentType().orElseThrow());
      assertEquals("platform/probe/over/answers", metadata.responseTopic().orElseThrow());
      assertEquals(ByteBuffer.wrap(new byte[] {7}), metadata.correlationData().orElseThrow());
      assertEquals("blue", metadata.userProperty("colour").orElseThrow());
      assertTrue(metadata.messageExpiry().orElseThrow().toSeconds() > 200);
      var answer = MqttOutboundMetadata.answering(metadata).build();
      assertEquals("platform/probe/over/answers", answer.topic().orElseThrow());
      assertEquals(metadata.correlationData(), answer.correlationData());
    }
  }

  @Test
  void aRetainedMessageWaitsForTheSubscriber(Broker broker) {
    try (var application = new Application(broker)) {
      var sender =
          new Sender(application, "retained", "topic", "platform/probe/retained", "retain", "true");
      sender.send("state");
      Awaitility.await().until(() -> sender.acked().size() == 1);
      var consumer = application.acking("retained-in", "topic", "platform/probe/retained");
      consumer.awaitItems(1, SOON);
      assertTrue(
          consumer
              .getItems()
              .getFirst()
              .getMetadata(MqttInboundMetadata.class)
              .orElseThrow()
              .retained());
    }
  }

  @Test
  void payloadsOfAllKindsAreSent(Broker broker) {
    record Reading(double temperature) {}
    try (var application = new Application(broker)) {
      var consumer = application.acking("kinds-in", "topic", "platform/probe/kinds");
      application.awaitReady();
      var sender = new Sender(application, "kinds", "topic", "platform/probe/kinds");
      sender.send(Message.of("text"));
      sender.send(Message.of("bytes".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      sender.send(Message.of(io.vertx.core.buffer.Buffer.buffer("buffer")));
      sender.send(Message.of(new JsonObject().put("a", 1)));
      sender.send(Message.of(new Reading(21.5)));
      consumer.awaitItems(5, SOON);
      assertEquals(
          List.of("text", "bytes", "buffer", "{\"a\":1}", "{\"temperature\":21.5}"),
          Application.texts(consumer));
      assertEquals(
          "application/json",
          consumer
              .getItems()
              .getLast()
              .getMetadata(MqttInboundMetadata.class)
              .orElseThrow()
              .contentType()
              .orElseThrow());
    }
  }

  @Test
  void theResultTellsThatNobodySubscribes(Broker broker) {
    try (var application = new Application(broker)) {
      var sender = new Sender(application, "alone", "topic", "platform/probe/alone");
      var result = new OutgoingMessageMetadata<MqttSent>();
      sender.send(Message.of("x").addMetadata(result));
      Awaitility.await().until(() -> sender.acked().size() == 1);
      assertFalse(result.getResult().subscribers());
      assertEquals(1, Application.counted("muster.mqtt.no.subscribers", "alone"));
    }
  }

  @Test
  void noSubscribersMayCountAsFailure(Broker broker) {
    try (var application = new Application(broker)) {
      var sender =
          new Sender(
              application, "strict", "topic", "platform/probe/strict", "no-subscribers", "fail");
      sender.send("x");
      Awaitility.await().until(() -> sender.nacked().size() == 1);
      assertInstanceOf(NoSubscribersException.class, sender.nacked().get("x"));
    }
  }

  @Test
  void aRefusedMessageIsNackedAndTheNextGoesThrough(Broker broker) {
    try (var application = new Application(broker)) {
      var sender = new Sender(application, "refused", "topic", "platform/probe/refused");
      sender.send(
          Message.of("foreign")
              .addMetadata(MqttOutboundMetadata.builder().topic("platform/other/x").build()));
      sender.send("own");
      Awaitility.await().until(() -> sender.acked().equals(List.of("own")));
      // HiveMQ CE also ends the connection after such a PUBACK; the next one takes over.
      assertInstanceOf(Mqtt5PubAckException.class, sender.nacked().get("foreign"));
    }
  }

  @Test
  void aMessageAboveTheBrokersPacketSizeIsNackedWithoutAReconnection(Broker broker) {
    try (var application = new Application(broker)) {
      var sender = new Sender(application, "huge", "topic", "platform/probe/huge");
      sender.send("before");
      sender.send(Message.of("x".repeat(5 << 20)));
      sender.send("after");
      Awaitility.await().until(() -> sender.acked().equals(List.of("before", "after")));
      assertInstanceOf(MqttEncodeException.class, sender.nacked().values().iterator().next());
      assertEquals(1, Application.counted("muster.mqtt.connections", "huge"));
    }
  }

  @Test
  void aMessageThatCannotBeEncodedIsNacked(Broker broker) {
    try (var application = new Application(broker)) {
      var sender = new Sender(application, "wrong", "topic", "platform/probe/wrong");
      sender.send(
          Message.of("wild")
              .addMetadata(MqttOutboundMetadata.builder().topic("platform/probe/#").build()));
      sender.send("good");
      Awaitility.await().until(() -> sender.acked().equals(List.of("good")));
      assertInstanceOf(IllegalArgumentException.class, sender.nacked().get("wild"));
    }
  }

  @Test
  void aMessageThatMakesTheBrokerHangUpIsFoundAndNacked(Broker broker) {
    try (var application = new Application(broker)) {
      var sender = new Sender(application, "poison", "topic", "platform/probe/poison");
      Application.numbers(0, 5).forEach(sender::send);
      // HiveMQ CE ends the connection of a client that publishes to a topic beginning with $.
      sender.send(
          Message.of("poison")
              .addMetadata(MqttOutboundMetadata.builder().topic("$poison").build()));
      Application.numbers(5, 10).forEach(sender::send);
      Awaitility.await()
          .atMost(SOON)
          .until(() -> sender.acked().equals(Application.numbers(0, 10)));
      assertTrue(sender.nacked().containsKey("poison"));
    }
  }

  @Test
  void noMoreThanTheWindowIsAskedForWhileTheBrokerDoesNotAnswer(Broker broker) {
    try (var application = new Application(broker)) {
      // Nobody listens at the discard port.
      var sender =
          new Sender(application, "closed", "url", "mqtt://127.0.0.1:9", "max-inflight", "4");
      Application.numbers(0, 100).forEach(sender::send);
      Awaitility.await().during(Duration.ofMillis(300)).until(() -> sender.taken() == 4);
      assertTrue(application.connector().getLiveness().isOk());
      assertFalse(application.connector().getReadiness().isOk());
      assertFalse(application.connector().getStartup().isOk());
    }
  }
}
