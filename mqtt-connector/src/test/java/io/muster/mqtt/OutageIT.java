package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.mqtt.BrokerExtension.Broker;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The broker dies, comes back, or throws a client off. */
@ExtendWith(BrokerExtension.class)
class OutageIT {
  private static final Duration LATER = Duration.ofSeconds(60);

  @Test
  void whatTheApplicationHoldsIsRedeliveredWhenTheBrokerWasKilled(Broker broker) {
    // A full window: the redelivered messages must not exceed Receive Maximum with the held ones.
    var attributes = new String[] {"topic", "platform/probe/held/#", "receive-maximum", "20"};
    Application.leaveSession(broker, "held", attributes);
    try (var application = new Application(broker)) {
      try (var publisher = new Publisher(broker)) {
        publisher.publishNumbers("platform/probe/held/x", 0, 30);
      }
      var consumer = application.consumer(Long.MAX_VALUE, "held", attributes);
      consumer.awaitItems(20, LATER);
      broker.kill();
      Awaitility.await().until(() -> !application.connector().getReadiness().isOk());
      assertTrue(application.connector().getLiveness().isOk());
      assertTrue(application.connector().getStartup().isOk());
      broker.restart();
      consumer.awaitItems(40, LATER);
      // Acks of the lost connection count for nothing, those of the new one do.
      consumer.getItems().forEach(Message::ack);
      assertEquals(20, Application.counted("muster.mqtt.late", "held"));
      Awaitility.await()
          .until(
              () -> {
                consumer.getItems().forEach(Message::ack);
                return consumer.getItems().size() == 50;
              });
      assertEquals(Application.numbers(0, 30), Application.texts(consumer).subList(20, 50));
      application.awaitReady();
    }
  }

  @Test
  void everyMessageThatWasAckedToTheSenderArrivesAcrossAKillOfTheBroker(Broker broker) {
    try (var application = new Application(broker)) {
      var consumer =
          application.acking(
              "kill-in", "topic", "platform/probe/kill/#", "resume-again-after", "2s");
      application.awaitReady();
      var sender =
          new Sender(application, "kill", "topic", "platform/probe/kill/x", "max-inflight", "50");
      Application.numbers(0, 1_000).forEach(sender::send);
      Awaitility.await().until(() -> sender.acked().size() > 200);
      broker.kill();
      Application.numbers(1_000, 2_000).forEach(sender::send);
      broker.restart();
      Awaitility.await().atMost(LATER).until(() -> sender.acked().size() == 2_000);
      assertTrue(sender.nacked().isEmpty());
      var sent = new HashSet<>(Application.numbers(0, 2_000));
      Awaitility.await()
          .atMost(LATER)
          .untilAsserted(() -> assertEquals(Set.of(), missing(sent, consumer)));
      assertEquals(Application.numbers(0, 2_000), sender.acked());
    }
  }

  private static Set<String> missing(Set<String> sent, AssertSubscriber<Message<byte[]>> consumer) {
    var missing = new HashSet<>(sent);
    Application.texts(consumer).forEach(missing::remove);
    return missing;
  }

  @Test
  void anExpiredPasswordIsReplacedByTheRenewedOneOfTheFile(Broker broker, @TempDir Path folder)
      throws Exception {
    var file = folder.resolve("token");
    try (var application = new Application(broker);
        var publisher = new Publisher(broker)) {
      var consumer =
          application.acking(
              "expiring", "topic", "platform/probe/expiring/#", "password-file", file.toString());
      connectForSeconds(application, broker, file);
      publisher.publish("platform/probe/expiring/x", "before");
      Awaitility.await().atMost(LATER).until(() -> !application.connector().getReadiness().isOk());
      publisher.publish("platform/probe/expiring/x", "meanwhile");
      assertTrue(application.connector().getLiveness().isOk());
      Files.writeString(file, broker.token() + "\n");
      application.awaitReady();
      publisher.publish("platform/probe/expiring/x", "after");
      consumer.awaitItems(3, LATER);
      assertEquals(java.util.List.of("before", "meanwhile", "after"), Application.texts(consumer));
    }
  }

  /** With another password as long as none was of use before its end. */
  private static void connectForSeconds(Application application, Broker broker, Path file) {
    Awaitility.await()
        .until(
            () -> {
              var connected = application.connector().getReadiness().isOk();
              if (!connected) {
                Files.writeString(file, broker.token(Duration.ofSeconds(3)));
              }
              return connected;
            });
  }

  @Test
  void aStrangerKeepsTryingAndIsNotReady(Broker broker) {
    try (var application = new Application(broker)) {
      application.acking(
          "stranger", "topic", "platform/probe/stranger", "password-file", "/nowhere/token");
      Awaitility.await()
          .until(() -> Application.counted("muster.mqtt.disconnections", "stranger") >= 2);
      assertFalse(application.connector().getReadiness().isOk());
      assertTrue(application.connector().getLiveness().isOk());
    }
  }

  @Test
  void theWillIsPublishedWhenTheConnectionIsTakenAway(Broker broker) {
    try (var watching = new Application(broker);
        var application = new Application(broker)) {
      var wills = watching.acking("wills", "topic", "platform/probe/wills");
      watching.awaitReady();
      application.acking(
          "mortal",
          "topic",
          "platform/probe/mortal",
          "session-expiry",
          "0s",
          "will-topic",
          "platform/probe/wills",
          "will-payload",
          "gone",
          // Back at once, it would throw the second client off before that has said goodbye.
          "reconnect-delay",
          "10s",
          "reconnect-max-delay",
          "10s");
      application.awaitReady();
      // A second client with the same identifier: the broker ends the first one's connection.
      Publisher.takeOver(broker, "service:probe:0:mortal");
      wills.awaitItems(1, LATER);
      assertEquals(java.util.List.of("gone"), Application.texts(wills));
    }
  }
}
