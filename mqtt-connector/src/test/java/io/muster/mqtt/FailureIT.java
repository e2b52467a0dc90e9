package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.mqtt.BrokerExtension.Broker;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of messages that the application nacks. */
@ExtendWith(BrokerExtension.class)
class FailureIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** One message at a time, as a method that returns a {@code Uni} gets them. */
  private static List<String> oneByOne(
      Application application,
      Function<Message<byte[]>, Boolean> good,
      String channel,
      String... attributes) {
    var seen = new CopyOnWriteArrayList<String>();
    application
        .incoming(channel, attributes)
        .onItem()
        .transformToUniAndConcatenate(
            message -> {
              seen.add(new String(message.getPayload(), StandardCharsets.UTF_8));
              return Uni.createFrom()
                  .completionStage(
                      good.apply(message)
                          ? message.ack()
                          : message.nack(new IllegalStateException("not now")))
                  .onFailure()
                  .recoverWithNull();
            })
        .subscribe()
        .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
    return seen;
  }

  private static boolean is(Message<byte[]> message, String text) {
    return text.equals(new String(message.getPayload(), StandardCharsets.UTF_8));
  }

  private static int attempt(Message<byte[]> message) {
    return message.getMetadata(MqttInboundMetadata.class).orElseThrow().attempt();
  }

  @Test
  void aNackedMessageIsRetriedBeforeThoseAfterIt(Broker broker) {
    var attributes = new String[] {"topic", "platform/probe/retry/#", "retry-attempts", "3"};
    Application.leaveSession(broker, "retry", attributes);
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      publisher.publishNumbers("platform/probe/retry/x", 0, 5);
      var seen =
          oneByOne(
              application,
              message -> !is(message, "2") || attempt(message) == 3,
              "retry",
              attributes);
      Awaitility.await().until(() -> seen.size() == 7);
      assertEquals(List.of("0", "1", "2", "2", "2", "3", "4"), seen);
      assertEquals(2, Application.counted("muster.mqtt.retried", "retry"));
      // The session's messages may come before the SUBACK does.
      application.awaitReady();
      assertEquals(1, Application.counted("muster.mqtt.connections", "retry"));
    }
  }

  @Test
  void afterItsRetriesAMessageGoesToTheDeadLetterTopic(Broker broker) {
    var attributes =
        new String[] {
          "topic", "platform/probe/dead/in/#",
          "failure-strategy", "dead-letter",
          "dead-letter-topic", "platform/probe/dead/letters",
          "retry-attempts", "2",
          "retry-delay", "10ms"
        };
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      var letters = application.acking("letters", "topic", "platform/probe/dead/letters");
      var seen = oneByOne(application, message -> !is(message, "1"), "dead", attributes);
      application.awaitReady();
      publisher.publishNumbers("platform/probe/dead/in/x", 0, 3);
      letters.awaitItems(1, SOON);
      Awaitility.await().until(() -> seen.size() == 5);
      assertEquals(List.of("0", "1", "1", "1", "2"), seen);
      var letter = letters.getItems().getFirst();
      var metadata = letter.getMetadata(MqttInboundMetadata.class).orElseThrow();
      assertTrue(is(letter, "1"));
      assertEquals(
          "platform/probe/dead/in/x", metadata.userProperty(DeadLetterTopic.TOPIC).orElseThrow());
      assertEquals("dead", metadata.userProperty(DeadLetterTopic.CHANNEL).orElseThrow());
      assertEquals("3", metadata.userProperty(DeadLetterTopic.ATTEMPTS).orElseThrow());
      assertEquals(
          "IllegalStateException: not now",
          metadata.userProperty(DeadLetterTopic.REASON).orElseThrow());
    }
    assertNothingIsLeft(broker, "dead", attributes);
  }

  private static void assertNothingIsLeft(Broker broker, String channel, String... attributes) {
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      var consumer = application.acking(channel, attributes);
      application.awaitReady();
      publisher.publish(attributes[1].replace("#", "end"), "end");
      consumer.awaitItems(1, SOON);
      assertEquals(List.of("end"), Application.texts(consumer));
    }
  }

  @Test
  void aDeadLetterSinkOfTheApplicationGetsTheMessage(Broker broker) {
    var letters = new ConcurrentLinkedQueue<DeadLetter>();
    DeadLetterSink sink =
        letter -> Uni.createFrom().item(letter).invoke(letters::add).replaceWithVoid();
    var attributes =
        new String[] {
          "topic", "platform/probe/sink/#",
          "failure-strategy", "dead-letter",
          "dead-letter-sink", "mine",
          "retry-attempts", "0",
          "max-payload-size", "100"
        };
    try (var publisher = new Publisher(broker);
        var application = new Application(broker, new NamedProviders().with("mine", sink))) {
      var seen = oneByOne(application, message -> !is(message, "1"), "sink", attributes);
      application.awaitReady();
      publisher.publishNumbers("platform/probe/sink/x", 0, 3);
      publisher.publish("platform/probe/sink/x", new byte[101]);
      publisher.publish("platform/probe/sink/x", "after");
      Awaitility.await().until(() -> letters.size() == 2 && seen.size() == 4);
      assertEquals(List.of("0", "1", "2", "after"), seen);
      var refused = letters.remove();
      assertEquals("1", new String(refused.payload(), StandardCharsets.UTF_8));
      assertEquals("not now", refused.reason().getMessage());
      assertEquals("platform/probe/sink/x", refused.message().topic());
      assertInstanceOf(PayloadTooLargeException.class, letters.remove().reason());
      assertEquals(1, Application.counted("muster.mqtt.connections", "sink"));
    }
  }

  @Test
  void aMessageThatNoDeadLetterSinkKeepsIsRedelivered(Broker broker) {
    var attempts = new AtomicInteger();
    DeadLetterSink sink =
        letter ->
            attempts.incrementAndGet() < 3
                ? Uni.createFrom().failure(new IllegalStateException("full"))
                : Uni.createFrom().voidItem();
    var attributes =
        new String[] {
          "topic", "platform/probe/full/#",
          "failure-strategy", "dead-letter",
          "dead-letter-sink", "full",
          "retry-attempts", "0",
          "retry-delay", "10ms"
        };
    try (var publisher = new Publisher(broker);
        var application = new Application(broker, new NamedProviders().with("full", sink))) {
      var seen = oneByOne(application, message -> !is(message, "1"), "full", attributes);
      application.awaitReady();
      publisher.publishNumbers("platform/probe/full/x", 0, 3);
      Awaitility.await().until(() -> attempts.get() == 3 && seen.getLast().equals("2"));
      assertEquals(3, seen.stream().filter("1"::equals).count());
      assertEquals(2, Application.counted("muster.mqtt.redelivered", "full"));
    }
  }

  @Test
  void aDeadLetterThatNobodySubscribesToIsNotLost(Broker broker) {
    var attributes =
        new String[] {
          "topic", "platform/probe/unheard/in/#",
          "failure-strategy", "dead-letter",
          "dead-letter-topic", "platform/probe/unheard/letters",
          "retry-attempts", "0",
          "retry-delay", "50ms"
        };
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      oneByOne(application, message -> false, "unheard", attributes);
      application.awaitReady();
      publisher.publish("platform/probe/unheard/in/x", "poison");
      Awaitility.await()
          .until(() -> Application.counted("muster.mqtt.redelivered", "unheard") >= 2);
      var letters =
          application.acking("unheard-letters", "topic", "platform/probe/unheard/letters");
      letters.awaitItems(1, SOON);
      assertEquals(List.of("poison"), Application.texts(letters));
    }
  }

  @Test
  void redeliverHasTheBrokerSendAgain(Broker broker) {
    var attributes =
        new String[] {
          "topic", "platform/probe/again/#",
          "failure-strategy", "redeliver",
          "retry-attempts", "0",
          "retry-delay", "10ms"
        };
    var refusals = new AtomicInteger(2);
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      var seen =
          oneByOne(
              application,
              message -> !is(message, "1") || refusals.getAndDecrement() <= 0,
              "again",
              attributes);
      application.awaitReady();
      publisher.publishNumbers("platform/probe/again/x", 0, 4);
      Awaitility.await().until(() -> !seen.isEmpty() && seen.getLast().equals("3"));
      assertEquals(3, seen.stream().filter("1"::equals).count());
      assertEquals(2, Application.counted("muster.mqtt.redelivered", "again"));
    }
    assertNothingIsLeft(broker, "again", attributes);
  }

  @Test
  void ignoreAcknowledgesAndGoesOn(Broker broker) {
    var attributes =
        new String[] {
          "topic", "platform/probe/ignore/#", "failure-strategy", "ignore", "retry-attempts", "0"
        };
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      var seen = oneByOne(application, message -> !is(message, "1"), "ignore", attributes);
      application.awaitReady();
      publisher.publishNumbers("platform/probe/ignore/x", 0, 3);
      Awaitility.await().until(() -> seen.size() == 3);
      assertEquals(1, Application.counted("muster.mqtt.ignored", "ignore"));
    }
    assertNothingIsLeft(broker, "ignore", attributes);
  }

  @Test
  void failEndsTheChannelLoudlyAndKeepsTheMessages(Broker broker) {
    var attributes =
        new String[] {
          "topic", "platform/probe/fail/#", "failure-strategy", "fail", "retry-attempts", "0"
        };
    Application.leaveSession(broker, "fail", attributes);
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      publisher.publishNumbers("platform/probe/fail/x", 0, 3);
      var consumer = application.consumer(1, "fail", attributes);
      consumer.awaitItems(1, SOON);
      consumer.getItems().getFirst().nack(new IllegalStateException("broken"));
      consumer.awaitFailure(failure -> assertEquals("broken", failure.getMessage()), SOON);
      var liveness = application.connector().getLiveness();
      assertFalse(liveness.isOk());
      assertTrue(liveness.getChannels().getFirst().getMessage().contains("broken"));
    }
    try (var application = new Application(broker)) {
      var consumer = application.acking("fail", attributes);
      consumer.awaitItems(3, SOON);
      assertEquals(Application.numbers(0, 3), Application.texts(consumer));
    }
  }
}
