package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.mqtt.BrokerExtension.Broker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A new topic filter under the client identifier, and so in the session, of the old one. */
@ExtendWith(BrokerExtension.class)
class ChangedFilterIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void aFilterInPreviousTopicsIsUnsubscribed(Broker broker) {
    Application.leaveSession(broker, "renamed", "topic", "platform/probe/renamed/old/#");
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      var consumer =
          application.acking(
              "renamed",
              "topic",
              "platform/probe/renamed/new/#",
              "previous-topics",
              "platform/probe/renamed/old/#, platform/probe/renamed/older");
      application.awaitReady();
      assertOldIsGone(publisher, "platform/probe/renamed/");
      consumer.awaitItems(1, SOON);
      assertEquals(List.of("new"), Application.texts(consumer));
      assertEquals(0, Application.counted("muster.mqtt.unmatched", "renamed"));
    }
  }

  @Test
  void aFilterInTheTopicsFileIsUnsubscribed(Broker broker, @TempDir Path folder) {
    var file = folder.resolve("notes/topics").toString();
    Application.leaveSession(
        broker, "noted", "topic", "platform/probe/noted/old/#", "topics-file", file);
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      var consumer =
          application.acking("noted", "topic", "platform/probe/noted/new/#", "topics-file", file);
      application.awaitReady();
      assertOldIsGone(publisher, "platform/probe/noted/");
      consumer.awaitItems(1, SOON);
      assertEquals(List.of("new"), Application.texts(consumer));
      assertEquals(0, Application.counted("muster.mqtt.unmatched", "noted"));
    }
  }

  /** Reason code 0x10: the broker itself says that nobody has the old filter any more. */
  private static void assertOldIsGone(Publisher publisher, String prefix) {
    var old = publisher.publish(prefix + "old/x", "old");
    assertEquals(false, Answers.subscribers(old));
    publisher.publish(prefix + "new/x", "new");
  }

  @Test
  void messagesOfAForgottenFilterAreAcknowledgedUnseen(Broker broker) {
    Application.leaveSession(broker, "forgotten", "topic", "platform/probe/forgotten/old/#");
    try (var publisher = new Publisher(broker)) {
      publisher.publishNumbers("platform/probe/forgotten/old/x", 0, 3);
      try (var application = new Application(broker)) {
        var consumer = application.acking("forgotten", "topic", "platform/probe/forgotten/new/#");
        application.awaitReady();
        publisher.publish("platform/probe/forgotten/new/x", "new");
        consumer.awaitItems(1, SOON);
        assertEquals(List.of("new"), Application.texts(consumer));
        Awaitility.await()
            .until(() -> Application.counted("muster.mqtt.unmatched", "forgotten") == 3);
      }
    }
  }

  @Test
  void messagesQueuedForAFilterThatStaysAreKept(Broker broker) {
    Application.leaveSession(
        broker, "kept", "topic", "platform/probe/kept/a/#,platform/probe/kept/b/#");
    try (var publisher = new Publisher(broker);
        var application = new Application(broker)) {
      publisher.publishNumbers("platform/probe/kept/a/x", 0, 50);
      var consumer =
          application.acking(
              "kept",
              "topic",
              "platform/probe/kept/a/#",
              "previous-topics",
              "platform/probe/kept/b/#");
      consumer.awaitItems(50, SOON);
      assertEquals(Application.numbers(0, 50), Application.texts(consumer));
    }
  }
}
