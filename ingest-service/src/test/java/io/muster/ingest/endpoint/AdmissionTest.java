package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.registry.CredentialProof;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may connect, and what everybody else is told. */
class AdmissionTest {
  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void letsAnMqtt3DeviceIn() {
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_3_1_1))) {
      client.expect("20 02 0000").ping().expect("D0 00");
      assertEquals(1, server.intake.announced("session/connected").size());
    }
  }

  @Test
  void letsAnMqtt5DeviceInAndSaysWhatItTakes() {
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5))) {
      client
          .expect("20 16 00 00 13 21 0400 27 00100000 22 0010 25 01 28 01 29 01 2A 00")
          .ping()
          .expect("D0 00");
    }
  }

  @Test
  void takesAPasswordForASecretAndOneOfThreePartsForAToken() {
    try (var one = RawClient.connected(server, ConnectPacket.of(MQTT_5));
        var two =
            RawClient.connected(server, ConnectPacket.of(MQTT_5).device("b").password("a.b.c"))) {
      assertInstanceOf(CredentialProof.Token.class, server.access.lastProof);
    }
  }

  @ParameterizedTest
  @EnumSource
  void letsADeviceHaveSeveralClientIdentifiers(ProtocolVersion version) {
    var second = ConnectPacket.of(version).client("acme:boiler:2");
    try (var one = RawClient.connected(server, version);
        var two = RawClient.connected(server, second)) {
      one.ping().expect("D0 00");
      two.ping().expect("D0 00");
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      emptyValue = "",
      textBlock =
          """
          boiler@acme,   acme:boiler,   wrong,  86, 4
          boiler@acme,   acme:boiler,   none,   86, 4
          boiler@acme,   acme:boiler,   '',     86, 4
          none,          acme:boiler,   none,   86, 4
          boiler,        acme:boiler,   s3cret, 86, 4
          boiler@ACME,   ACME:boiler,   s3cret, 86, 4
          @acme,         acme:,         s3cret, 86, 4
          disabled@acme, acme:disabled, s3cret, 87, 5
          boiler@acme,   '',            s3cret, 85, 2
          boiler@acme,   boiler,        s3cret, 85, 2
          boiler@acme,   acme:other,    s3cret, 85, 2
          boiler@acme,   acme:boiler2,  s3cret, 85, 2
          boiler@acme,   globex:boiler, s3cret, 85, 2
          """)
  void refusesEverybodyElse(String user, String client, String password, String five, int three) {
    for (var version : ProtocolVersion.values()) {
      var connect = ConnectPacket.of(version).user(user).client(client).password(password);
      try (var refused = RawClient.knock(server, connect)) {
        var connAck = refused.hear();
        var expected = version == MQTT_5 ? Integer.parseInt(five, 16) : three;
        assertEquals(0x20, connAck.first());
        assertEquals(0, connAck.body()[0], "a session that would be present");
        assertEquals(expected, connAck.body()[1] & 0xFF);
        refused.expectEnd();
      }
    }
    assertTrue(server.intake.announcements.isEmpty());
    await().until(() -> server.gauge("muster.endpoint.connections") == 0);
    await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
  }

  @Test
  void tellsAnMqtt5ClientWhyUnlessItsPacketsAreSmall() {
    var wrong = ConnectPacket.of(MQTT_5).password("wrong");
    try (var client = RawClient.knock(server, wrong)) {
      assertTrue(new String(client.hear().body()).contains("refused"));
    }
    try (var client = RawClient.knock(server, wrong.property("27 00000020"))) {
      client.expect("20 03 00 86 00");
    }
  }

  @Test
  void refusesEnhancedAuthentication() {
    var scram = ConnectPacket.of(MQTT_5).property("15 \"SCRAM-SHA-256\"");
    try (var client = RawClient.knock(server, scram)) {
      client.expectConnAck(ReasonCode.BAD_AUTHENTICATION_METHOD);
      client.expectEnd();
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhileTheRegistryIsAway(ProtocolVersion version) {
    server.access.registryAway = true;
    try (var client = RawClient.knock(server, ConnectPacket.of(version))) {
      client.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
      client.expectEnd();
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhileTheDatabaseIsAway(ProtocolVersion version) {
    server.sessions.away = true;
    try (var client = RawClient.knock(server, ConnectPacket.of(version))) {
      client.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
      client.expectEnd();
    }
    await().until(() -> server.gauge("muster.endpoint.connections") == 0);
  }

  @Test
  void refusesACredentialThatHasEnded() {
    server.access.validUntil = Instant.now().minusSeconds(1);
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5))) {
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
      client.expectEnd();
    }
  }

  @ParameterizedTest
  @CsvSource({"03", "06"})
  void saysThatItDoesNotKnowAVersion(String level) {
    try (var client = RawClient.open(server, MQTT_3_1_1)) {
      client.send("10 0E \"MQTT\" " + level + " 02 003C \"ab\"").expect("20 02 00 01").expectEnd();
    }
  }

  @ParameterizedTest
  @CsvSource({"GET / HTTP/1.1", "10 0E 'nothing'", "30 05 't'", "C0 00"})
  void closesWhatDoesNotBeginWithConnect(String bytes) {
    try (var client = RawClient.open(server, MQTT_3_1_1)) {
      client.send(bytes.startsWith("GET") ? bytes.getBytes() : bytes(bytes)).expectEnd();
    }
    await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
  }

  private static byte[] bytes(String written) {
    var begin = io.muster.ingest.endpoint.packets.WireBytes.of(written);
    return io.muster.ingest.endpoint.packets.WireBytes.joined(begin, new byte[20]);
  }

  @ParameterizedTest
  @EnumSource
  void readsNothingOfAClientBeforeItIsAdmitted(ProtocolVersion version) {
    server.sessions.hold();
    try (var client = RawClient.knock(server, ConnectPacket.of(version))) {
      client.publish(1, 1, "{}");
      await().until(() -> server.sessions.claims.size() == 1);
      assertEquals(0, server.intake.offered.size());
      server.sessions.letGo();
      client.expectConnAck(ReasonCode.SUCCESS);
      client.expect("40 02 0001");
      assertEquals(1, server.intake.offered.size());
    }
  }
}
