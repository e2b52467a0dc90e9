package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a connected client may not say, and how it hears of it. */
class ConversationErrorsTest {
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
  void refusesASecondConnect(ProtocolVersion version) {
    try (var client = RawClient.connected(server, version)) {
      client.send(ConnectPacket.of(version).bytes());
      client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "AUTH,                            F0 00,       PROTOCOL_ERROR",
    "a packet of the server,          D0 00,       PROTOCOL_ERROR",
    "reserved flags,                  C1 00,       MALFORMED_PACKET",
    "too large a packet,              30 FFFFFF7F, PACKET_TOO_LARGE",
  })
  void endsWithTheReason(String what, String bytes, ReasonCode reason) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send(bytes).expectDisconnect(reason);
    }
  }

  @Test
  void answersWhatCameBeforeTheMistake() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client
          .send("C0 00 C1 00 C0 00")
          .expect("D0 00")
          .expectDisconnect(ReasonCode.MALFORMED_PACKET);
    }
  }

  @Test
  void sendsNoReasonStringThatWouldNotFit() {
    var small = ConnectPacket.of(MQTT_5).property("27 00000020");
    try (var client = RawClient.connected(server, small)) {
      client.send("C1 00").expect("E0 02 81 00").expectEnd();
    }
  }

  @Test
  void takesAPublishOfTheGreatestSize() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      var payload = "x".repeat(1_048_576 - 4 - 2 - TestEndpoint.TELEMETRY.length() - 2 - 1);
      client.publish(1, 1, payload).expect("40 03 0001 97");
      client.send(
          WireBytes.packet(
              0x30, WireBytes.string("t"), WireBytes.string("x".repeat(50)), new byte[1]));
      client.ping().expect("D0 00");
      assertEquals(
          1, server.intake.letters.stream().filter(it -> it.payload().length > 999_999).count());
    }
  }
}
