package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.mqtt.BrokerExtension.Broker;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.reactive.messaging.providers.locals.LocalContextMetadata;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(BrokerExtension.class)
class ReceivingIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void messagesOfTheTimeBetweenTwoRunsAreDelivered(Broker broker) {
    var attributes = new String[] {"topic", "platform/probe/between/#"};
    Application.leaveSession(broker, "between", attributes);
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      publisher.publishNumbers("platform/probe/between/x", 0, 500);
      var consumer = application.acking("between", attributes);
      consumer.awaitItems(500, SOON);
      assertEquals(Application.numbers(0, 500), Application.texts(consumer));
    }
  }

  @Test
  void metadataTellsWhatThePublisherSaid(Broker broker) {
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      var consumer = application.acking("properties", "topic", "platform/probe/properties/+");
      application.awaitReady();
      publisher
          .client()
          .publish(
              Mqtt5Publish.builder()
                  .topic("platform/probe/properties/a")
                  .qos(MqttQos.AT_LEAST_ONCE)
                  .payload("hello".getBytes(StandardCharsets.UTF_8))
                  .contentType("text/plain")
                  .responseTopic("platform/probe/answers")
                  .correlationData(new byte[] {1, 2, 3})
                  .messageExpiryInterval(1_000)
                  .userProperties()
                  .add("colour", "red")
                  .add("colour", "green")
                  .applyUserProperties()
                  .build());
      consumer.awaitItems(1, SOON);
      var metadata =
          consumer.getItems().getFirst().getMetadata(MqttInboundMetadata.class).orElseThrow();
      assertEquals("properties", metadata.channel());
      assertEquals("platform/probe/properties/a", metadata.topic());
      assertEquals(MqttQos.AT_LEAST_ONCE, metadata.qos());
      assertEquals("text/plain", metadata.contentType().orElseThrow());
      assertEquals("platform/probe/answers", metadata.responseTopic().orElseThrow());
      assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3}), metadata.correlationData().orElseThrow());
      assertEquals("red", metadata.userProperty("colour").orElseThrow());
      assertEquals(
          List.of(new UserProperty("colour", "red"), new UserProperty("colour", "green")),
          metadata.userProperties());
      assertTrue(metadata.messageExpiry().orElseThrow().toSeconds() > 900);
      assertEquals(1, metadata.attempt());
    }
  }

  @Test
  void eachMessageHasAVertxContextOfItsOwn(Broker broker) {
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      var consumer = application.acking("contexts", "topic", "platform/probe/contexts/+");
      application.awaitReady();
      publisher.publishNumbers("platform/probe/contexts/a", 0, 10);
      consumer.awaitItems(10, SOON);
      var contexts = new HashSet<>();
      for (var message : consumer.getItems()) {
        var context = message.getMetadata(LocalContextMetadata.class).orElseThrow().context();
        assertTrue(VertxContext.isDuplicatedContext(context));
        contexts.add(context);
      }
      assertEquals(10, contexts.size());
    }
  }

  @Test
  void pubacksWaitForTheMessagesBefore(Broker broker) {
    var attributes = new String[] {"topic", "platform/probe/order/#"};
    Application.leaveSession(broker, "order", attributes);
    try (var publisher = new Publisher(broker)) {
      publisher.publishNumbers("platform/probe/order/x", 0, 10);
    }
    try (var application = new Application(broker)) {
      var consumer = application.consumer(10, "order", attributes);
      consumer.awaitItems(10, SOON);
      // All but the fifth, last one first: only the first four may go out.
      for (var index = 9; index >= 0; index--) {
        if (index != 4) {
          consumer.getItems().get(index).ack();
        }
      }
    }
    try (var application = new Application(broker)) {
      var consumer = application.acking("order", attributes);
      consumer.awaitItems(6, SOON);
      assertEquals(Application.numbers(4, 10), Application.texts(consumer));
    }
  }

  @Test
  void noMoreThanReceiveMaximumIsUnacknowledged(Broker broker) {
    var attributes = new String[] {"topic", "platform/probe/window/#", "receive-maximum", "10"};
    Application.leaveSession(broker, "window", attributes);
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      publisher.publishNumbers("platform/probe/window/x", 0, 100);
      var consumer = application.consumer(Long.MAX_VALUE, "window", attributes);
      consumer.awaitItems(10, SOON);
      Awaitility.await()
          .during(Duration.ofMillis(500))
          .until(() -> consumer.getItems().size() == 10);
      assertEquals(10, Application.gauge("muster.mqtt.held", "window"));
      consumer.getItems().forEach(Message::ack);
      consumer.awaitItems(20, SOON);
    }
  }

  @Test
  void aSlowConsumerHoldsAWindowAndLosesNothing(Broker broker) {
    var attributes = new String[] {"topic", "platform/probe/slow/#", "receive-maximum", "50"};
    Application.leaveSession(broker, "slow", attributes);
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      publisher.publishNumbers("platform/probe/slow/x", 0, 1_000);
      var most = new AtomicInteger();
      var consumer =
          application
              .incoming("slow", attributes)
              .onItem()
              .transformToUniAndConcatenate(
                  message ->
                      io.smallrye.mutiny.Uni.createFrom()
                          .item(message)
                          .onItem()
                          .delayIt()
                          .by(Duration.ofMillis(2))
                          .invoke(
                              () ->
                                  most.accumulateAndGet(
                                      (int) Application.gauge("muster.mqtt.waiting", "slow"),
                                      Math::max))
                          .invoke(Message::ack))
              .subscribe()
              .withSubscriber(AssertSubscriber.<Message<byte[]>>create(Long.MAX_VALUE));
      consumer.awaitItems(1_000, SOON);
      assertEquals(Application.numbers(0, 1_000), Application.texts(consumer));
      assertTrue(most.get() > 0 && most.get() <= 50, "at most " + most + " waited");
    }
  }

  @Test
  void membersOfASharedGroupDivideTheMessages(Broker broker) {
    var attributes =
        new String[] {
          "topic", "platform/probe/shared/#", "shared-group", "workers", "receive-maximum", "5"
        };
    try (var publisher = new Publisher(broker);
        var one = new Application(broker);
        var other = new Application(broker)) {
      var first = one.acking("shared-1", attributes);
      var second = other.acking("shared-2", attributes);
      one.awaitReady();
      other.awaitReady();
      // The next one when the last has come: HiveMQ CE tells the members, in random order, of the
      // message that comes into an empty queue, and whoever is told first empties it. Published in
      // a row, all could reach one member that never finds the queue empty.
      for (var number = 1; number <= 50; number++) {
        publisher.publish("platform/probe/shared/x", Integer.toString(number));
        var published = number;
        Awaitility.await()
            .pollInterval(Duration.ofMillis(2))
            .until(() -> first.getItems().size() + second.getItems().size() == published);
      }
      assertFalse(first.getItems().isEmpty());
      assertFalse(second.getItems().isEmpty());
      var all = new HashSet<>(Application.texts(first));
      all.addAll(Application.texts(second));
      assertEquals(50, all.size());
    }
  }

  @Test
  void aMessageAboveThePacketSizeIsLeftOutWithoutAReconnection(Broker broker) {
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      var consumer =
          application.acking(
              "packets", "topic", "platform/probe/packets/#", "max-packet-size", "2000");
      application.awaitReady();
      publisher.publish("platform/probe/packets/x", "before");
      publisher.publish("platform/probe/packets/x", new byte[5_000]);
      publisher.publish("platform/probe/packets/x", "after");
      consumer.awaitItems(2, SOON);
      assertEquals(List.of("before", "after"), Application.texts(consumer));
      assertEquals(1, Application.counted("muster.mqtt.connections", "packets"));
    }
  }

  @Test
  void aSecondConsumerOfAChannelIsRefused(Broker broker) {
    try (var application = new Application(broker)) {
      var channel = application.incoming("single", "topic", "platform/probe/single");
      channel.subscribe().withSubscriber(AssertSubscriber.create(1));
      channel
          .subscribe()
          .withSubscriber(AssertSubscriber.create(1))
          .awaitFailure()
          .assertFailedWith(IllegalStateException.class);
    }
  }
}
