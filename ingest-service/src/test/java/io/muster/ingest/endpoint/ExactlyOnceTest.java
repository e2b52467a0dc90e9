package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Publication.ExactlyOnce;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** QoS 2 (MQTT 5 §4.3.3), which is once for one connection and, kept, for all of a session. */
class ExactlyOnceTest {
  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** What the store does in the transaction that keeps the message. */
  private void remember(ExactlyOnce identifier) {
    server.sessions.awaitingRelease.add(
        identifier.sessionKey() + ":" + identifier.packetIdentifier());
  }

  @ParameterizedTest
  @EnumSource
  void takesAMessageAndReleasesItsIdentifier(ProtocolVersion version) {
    try (var client = RawClient.connected(server, version)) {
      client.publish(2, 5, "{}").expect("50 02 0005").send("62 02 0005").expect("70 02 0005");
      assertEquals(1, server.intake.offered.size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void takesARepetitionBeforePubRelOnce(ProtocolVersion version) {
    try (var client = RawClient.connected(server, version)) {
      client.publish(2, 5, "{}").expect("50 02 0005").publish(2, 5, "{}").expect("50 02 0005");
      assertEquals(1, server.intake.offered.size());
      client.send("62 02 0005").expect("70 02 0005");
    }
  }

  @ParameterizedTest
  @EnumSource
  void answersARepetitionOfWhatIsBeingStoredAfterIt(ProtocolVersion version) {
    server.intake.hold();
    try (var client = RawClient.connected(server, version)) {
      client.publish(2, 5, "{}").publish(2, 5, "{}").expectNothing();
      assertEquals(1, server.intake.held.size());
      server.intake.letGo();
      client.expect("50 02 0005").expect("50 02 0005");
    }
  }

  @ParameterizedTest
  @EnumSource
  void takesAnIdentifierForAnotherMessageAfterPubComp(ProtocolVersion version) {
    try (var client = RawClient.connected(server, version)) {
      for (int i = 1; i <= 3; i++) {
        client.publish(2, 5, "{}").expect("50 02 0005").send("62 02 0005").expect("70 02 0005");
        assertEquals(i, server.intake.offered.size());
      }
    }
  }

  @Test
  void tellsAnMqtt5ClientOfAnIdentifierThatItDoesNotKnow() {
    try (var five = RawClient.connected(server, MQTT_5)) {
      five.send("62 02 0009").expect("70 03 0009 92");
    }
    try (var three = RawClient.connected(server, MQTT_3_1_1)) {
      three.send("62 02 0009").expect("70 02 0009");
    }
  }

  @Test
  void answersPubRelAfterWhatCameBeforeIt() {
    server.intake.hold();
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(2, 5, "{}").publish(1, 6, "{}").send("62 02 0005").expectNothing();
      server.intake.letGo(1);
      client.expectNothing();
      server.intake.letGo();
      client.expect("50 02 0005").expect("40 02 0006").expect("70 02 0005");
    }
  }

  /** MQTT 5 §4.3.3: an error ends the exchange, and the identifier may be another message's. */
  @Test
  void takesAnIdentifierForAnotherMessageAfterAnError() {
    server.intake.judge(publication -> Outcome.deadLettered(DeadLetterReason.MALFORMED));
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(2, 5, "?").expect("50 03 0005 99").publish(2, 5, "!").expect("50 03 0005 99");
      assertEquals(2, server.intake.offered.size());
    }
  }

  @Test
  void remembersNothingOfASessionThatEndsWithItsConnection() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(2, 5, "{}").expect("50 02 0005");
      assertNull(server.intake.offered.element().publication().exactlyOnce());
    }
  }

  @ParameterizedTest
  @EnumSource
  void remembersTheIdentifierOfASessionThatIsKept(ProtocolVersion version) {
    var connect = ConnectPacket.of(version).persistent();
    server.intake.hold();
    try (var client = RawClient.connected(server, connect)) {
      client.publish(2, 5, "{}").publish(1, 6, "{}");
      await().until(() -> server.intake.held.size() == 2);
      var publications = server.intake.offered.stream().map(FakeIntake.Offered::publication);
      var identifiers = publications.map(it -> it.exactlyOnce()).toList();
      assertEquals(5, identifiers.getFirst().packetIdentifier());
      assertNull(identifiers.getLast());
      remember(identifiers.getFirst());
      server.intake.letGo();
      client.expect("50 02 0005").expect("40 02 0006");
    }
    try (var again = RawClient.connected(server, connect)) {
      again.send("62 02 0005").expect("70 02 0005");
      assertTrue(server.sessions.awaitingRelease.isEmpty());
    }
  }

  @Test
  void forgetsTheIdentifierOfAnErrorBeforeTheClientHears() {
    server.intake.hold();
    server.intake.judge(publication -> Outcome.deadLettered(DeadLetterReason.MALFORMED));
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
      client.publish(2, 5, "?").publish(1, 6, "?");
      await().until(() -> server.intake.held.size() == 2);
      remember(server.intake.offered.element().publication().exactlyOnce());
      server.sessions.hold();
      server.intake.letGo(0);
      await().until(() -> server.sessions.waiting() == 1);
      server.intake.letGo();
      client.expectNothing();
      assertEquals(1, server.sessions.waiting());
      server.sessions.letGo();
      client.expect("50 03 0005 99").expect("40 03 0006 99");
      assertTrue(server.sessions.awaitingRelease.isEmpty());
    }
  }

  @Test
  void answersPubRelOfASessionThatIsKeptWhenTheDatabaseHasForgotten() {
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
      client.publish(2, 5, "{}").expect("50 02 0005");
      remember(server.intake.offered.element().publication().exactlyOnce());
      server.sessions.hold();
      client.send("62 02 0005").expectNothing();
      await().until(() -> server.sessions.waiting() == 1);
      server.sessions.letGo();
      client.expect("70 02 0005");
    }
  }

  @Test
  void doesNotKnowAnIdentifierOfASessionThatIsKeptAndNeverSawIt() {
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
      client.send("62 02 0009").expect("70 03 0009 92");
    }
  }
}
