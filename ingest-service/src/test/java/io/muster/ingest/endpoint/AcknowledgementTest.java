package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Outcome.Refused.Shortage;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** PUBACK comes when the message is safe, in order, and says what became of it. */
class AcknowledgementTest {
  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void acknowledgesWhenTheStoreHasIt(ProtocolVersion version) {
    server.intake.hold();
    try (var client = RawClient.connected(server, version)) {
      client.publish(1, 7, "{}");
      await().until(() -> server.intake.held.size() == 1);
      client.expectNothing();
      server.intake.letGo();
      client.expect("40 02 0007");
    }
  }

  /** MQTT 5 §4.6. */
  @ParameterizedTest
  @EnumSource
  void acknowledgesInOrderWhenBatchesEndInAnother(ProtocolVersion version) {
    server.intake.hold();
    try (var client = RawClient.connected(server, version)) {
      client.publish(1, 30, "a").publish(2, 10, "b").publish(1, 20, "c").publish(0, 0, "d");
      client.publish(1, 40, "e");
      await().until(() -> server.intake.held.size() == 5);
      server.intake.letGo(2);
      server.intake.letGo(3);
      server.intake.letGo(1);
      client.expectNothing();
      server.intake.letGo(0);
      client.expect("40 02 001E").expect("50 02 000A").expect("40 02 0014");
      client.expectNothing();
      server.intake.letGo(0);
      client.expect("40 02 0028");
      assertEquals("abcde", texts());
    }
  }

  private String texts() {
    return server.intake.offered.stream()
        .map(FakeIntake.Offered::text)
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @EnumSource
  void doesNotAcknowledgeQos0(ProtocolVersion version) {
    try (var client = RawClient.connected(server, version)) {
      client.publish(0, 0, "{}").expectNothing();
      assertEquals(1, server.intake.offered.size());
    }
  }

  @Test
  void handsOverWhatGoesOnToTheServices() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      var properties =
          "01 01 02 0000003C 09 0002 0700 26 \"b\" \"1\" 26 \"a\" \"2\" 26 \"b\" \"3\"";
      client.publish("presence/acme/boiler", 1, 1, "{}", properties).expect("40 02 0001");
      client.publish("presence/acme/boiler", 1, 2, "{}").expect("40 02 0002");
      var publications =
          server.intake.offered.stream().map(FakeIntake.Offered::publication).toList();
      var publication = publications.getFirst();
      assertEquals("[[b, 1], [a, 2], [b, 3]]", publication.userProperties().toString());
      assertEquals(1, publication.carried().payloadFormat());
      assertArrayEquals(new byte[] {7, 0}, publication.carried().correlationData());
      assertEquals(publication.receivedAt().plusSeconds(60), publication.carried().expiresAt());
      assertSame(CarriedProperties.NONE, publications.getLast().carried());
    }
  }

  @Test
  void handsOverWhatTheClientSaidOfTheMessage() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client
          .publish(TestEndpoint.TELEMETRY, 1, 1, "{}", "03 \"application/json\" 26 \"k\" \"v\"")
          .expect("40 02 0001");
      var publication = server.intake.offered.element().publication();
      assertEquals("application/json", publication.contentType());
      assertEquals(UserProperties.of("k", "v"), publication.userProperties());
      assertEquals(1, publication.qos());
      assertEquals(TestEndpoint.DEVICE, publication.publisher());
      assertEquals("{}", new String(publication.payload(), StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MALFORMED,           99",
    "NOT_A_READING,       99",
    "TOO_OLD,             99",
    "TOO_LARGE,           97",
    "REFUSED_BY_DATABASE, 83",
  })
  void tellsAnMqtt5ClientOfADeadLetterAndAnMqtt3ClientThatItIsKept(
      DeadLetterReason reason, String code) {
    server.intake.judge(publication -> Outcome.deadLettered(reason));
    try (var five = RawClient.connected(server, MQTT_5)) {
      five.publish(1, 1, "?").expect("40 03 0001 " + code);
    }
    try (var three = RawClient.connected(server, MQTT_3_1_1)) {
      three.publish(1, 1, "?").expect("40 02 0001");
    }
  }

  @ParameterizedTest
  @CsvSource({"MEMORY, 97", "QUARANTINED, 97", "DATABASE, 83"})
  void tellsAnMqtt5ClientWhatIsNotKept(Shortage shortage, String code) {
    server.intake.judge(publication -> Outcome.refused(shortage));
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(1, 1, "{}").expect("40 03 0001 " + code);
      client.expectNothing();
    }
  }

  /** It has no word for it, and an acknowledgement would be a lie: the message comes again. */
  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "DATABASE"})
  void closesAnMqtt3ConnectionAtWhatIsNotKept(Shortage shortage) {
    server.intake.judge(
        publication ->
            new String(publication.payload(), StandardCharsets.UTF_8).equals("b")
                ? Outcome.refused(shortage)
                : Outcome.kept());
    server.intake.hold();
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.publish(1, 1, "a").publish(1, 2, "b").publish(1, 3, "c");
      await().until(() -> server.intake.held.size() == 3);
      server.intake.letGo();
      client.expect("40 02 0001").expectEnd();
      server.awaitEnd(EndReason.NOT_KEPT);
    }
  }

  /** It would send it again for ever. */
  @Test
  void acknowledgesAtMqtt3WhatAQuarantinedDeviceSendsTooMuchOf() {
    server.intake.judge(publication -> Outcome.refused(Shortage.QUARANTINED));
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.publish(1, 1, "{}").expect("40 02 0001");
      client.expectNothing();
    }
  }

  @Test
  void givesMemoryBackForWhatIsStoredAfterTheClientHasGone() {
    server.intake.hold();
    var client = RawClient.connected(server, MQTT_5);
    client.publish(1, 1, "{}").publish(0, 0, "{}");
    await().until(() -> server.intake.held.size() == 2);
    client.close();
    await().until(() -> server.gauge("muster.endpoint.connections") == 0);
    assertEquals(2, server.gauge("muster.endpoint.in.flight"));
    server.intake.letGo();
    await().until(() -> server.gauge("muster.endpoint.in.flight") == 0);
    await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
  }
}
