package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.FakeProvisioning.TOKEN;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.EndReason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A device that is nobody yet asks for an identity. */
class ProvisioningTest extends ProvisioningCourse {

  @ParameterizedTest
  @EnumSource
  void isAnsweredByTheRegistryAndThenAcknowledged(ProtocolVersion version) {
    server.provisioning.answer(200, "{\"status\":200,\"device\":\"serial-1\"}");
    try (var client = listening(version)) {
      client.publish(REQUEST, 1, 7, "{\"hardware\":1}");
      expectAnswer(
          client,
          version,
          "01 01 03 \"application/json\"",
          "{\"status\":200,\"device\":\"serial-1\"}");
      client.expect("40 02 0007");
    }
    var claim = server.provisioning.claims.getFirst();
    assertEquals("acme", claim.tenant().value());
    assertEquals(TOKEN, claim.claimToken());
    assertEquals("127.0.0.1", claim.remoteAddress());
    var asked = server.provisioning.requests.getFirst();
    assertEquals("acme", asked.tenant().value());
    assertEquals(FakeProvisioning.idOf(TOKEN), asked.claim());
    assertEquals("127.0.0.1", asked.remoteAddress());
    assertEquals("{\"hardware\":1}", new String(asked.payload(), UTF_8));
    server.awaitCount(1, "muster.endpoint.provisioning", "outcome", "provisioned");
  }

  @Test
  void theAnswerHasTheRequestsCorrelationData() {
    try (var client = listening(MQTT_5)) {
      client.publish(REQUEST, 1, 7, "{}", "09 0002 0700");
      expectAnswer(
          client, MQTT_5, "01 01 03 \"application/json\" 09 0002 0700", "{\"status\":200}");
      client.expect("40 02 0007");
    }
  }

  @ParameterizedTest
  @CsvSource({"409, conflict", "422, refused", "429, limited", "503, unavailable"})
  void isToldWhyNotAndMayAskAgain(int status, String outcome) {
    server.provisioning.answer(status, "{\"status\":" + status + "}");
    try (var client = listening(MQTT_5)) {
      for (int i = 1; i <= 2; i++) {
        client.publish(REQUEST, 1, i, "{}");
        expectAnswer(
            client, MQTT_5, "01 01 03 \"application/problem+json\"", "{\"status\":" + status + "}");
        client.expect("40 02 000" + i);
      }
    }
    server.awaitCount(2, "muster.endpoint.provisioning", "outcome", outcome);
  }

  @ParameterizedTest
  @EnumSource
  void isToldToComeAgainWhileTheRegistryIsAway(ProtocolVersion version) {
    try (var client = listening(version)) {
      server.provisioning.away = true;
      client.publish(REQUEST, 1, 1, "{}");
      var answer = new String(client.hear().body(), UTF_8);
      assertTrue(answer.contains("\"status\":503"), answer);
      client.expect("40 02 0001");
      server.provisioning.away = false;
      client.publish(REQUEST, 1, 2, "{}");
      expectAnswer(client, version, "01 01 03 \"application/json\"", "{\"status\":200}");
      client.expect("40 02 0002");
    }
  }

  @Test
  void isNotLetInWhileTheRegistryIsAway() {
    server.provisioning.away = true;
    try (var client = RawClient.knock(server, newcomer(MQTT_5))) {
      client.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
      client.expectEnd();
    }
    try (var client = RawClient.knock(server, newcomer(MQTT_3_1_1))) {
      client.expect("20 02 00 03").expectEnd();
    }
    server.awaitCount(2, "muster.endpoint.connects", "outcome", "registry-away");
  }

  @ParameterizedTest
  @CsvSource({
    "CLAIM_UNKNOWN, BAD_USER_NAME_OR_PASSWORD, 04",
    "CLAIM_EXPIRED, BAD_USER_NAME_OR_PASSWORD, 04",
    "CLAIM_REVOKED, BAD_USER_NAME_OR_PASSWORD, 04",
    "TENANT_SUSPENDED, NOT_AUTHORIZED, 05"
  })
  void aClaimTokenThatDoesNotHoldKeepsItOut(Reason reason, ReasonCode code, String code311) {
    server.provisioning.refusal = reason;
    try (var client = RawClient.knock(server, newcomer(MQTT_5).password("guessed"))) {
      client.expectConnAck(code);
      client.expectEnd();
    }
    try (var client = RawClient.knock(server, newcomer(MQTT_3_1_1).password("guessed"))) {
      client.expect("20 02 00 " + code311).expectEnd();
    }
    server.awaitCount(2, "muster.endpoint.connects", "outcome", reason.label());
  }

  @Test
  void leavesNeitherASessionNorWordOfItself() {
    try (var client = listening(MQTT_5)) {
      client.publish(REQUEST, 1, 1, "{}").hear();
      client.hear();
      client.disconnect();
    }
    server.awaitEnd(EndReason.CLIENT);
    assertEquals(List.of(), server.sessions.claims);
    assertEquals(List.of(), server.sessions.ends);
    assertTrue(server.intake.offered.isEmpty());
    assertTrue(server.intake.letters.isEmpty());
    assertTrue(server.intake.announcements.isEmpty());
  }

  @Test
  void getsASessionThatIsNotKeptWhateverItAsksFor() {
    var connect = newcomer(MQTT_5).persistent();
    try (var client = RawClient.knock(server, connect)) {
      var connAck = client.expectConnAck(ReasonCode.SUCCESS);
      assertEquals(0, connAck.body()[0], "session present");
      assertTrue(connAck.toString().contains("1100000000"), connAck::toString);
    }
    try (var client = RawClient.knock(server, newcomer(MQTT_3_1_1).goOn())) {
      client.expect("20 02 00 05").expectEnd();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mayLeaveNoWill(ProtocolVersion version) {
    var connect = newcomer(version).will("presence/acme/boiler", "gone", 1, false);
    try (var client = RawClient.knock(server, connect)) {
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
      client.expectEnd();
    }
    assertEquals(List.of(), server.provisioning.claims);
  }

  @ParameterizedTest
  @CsvSource({
    "provision/acme/r1/req, 0",
    "provision/acme/r1/req, 2",
    "provision/acme/r2/req, 1",
    "provision/globex/r1/req, 1",
    "provision/acme/r1/res, 1",
    "telemetry/acme/boiler, 1",
    "telemetry/acme/provision, 1",
    "command/acme/boiler/req/1/on, 1",
    "$aws/things/acme:boiler/shadow/get, 1"
  })
  void nothingElseIsOpenToIt(String topic, int qos) {
    for (var version : ProtocolVersion.values()) {
      try (var client = listening(version)) {
        client.publish(topic, qos, 1, "{}").expectDisconnect(ReasonCode.NOT_AUTHORIZED);
      }
    }
    assertEquals(List.of(), server.provisioning.requests);
    assertTrue(server.intake.offered.isEmpty());
    assertTrue(server.intake.letters.isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "provision/acme/r2/res, 87",
    "provision/acme/+/res, 87",
    "provision/acme/#, 87",
    "provision/+/r1/res, 87",
    "provision/globex/r1/res, 87",
    "provision/acme/r1/req, 87",
    "#, 87",
    "command/acme/boiler/req/#, 87",
    "command/acme/provision/req/#, 87",
    "$share/all/provision/acme/r1/res, 9E",
    "provision/acme/r1/re#, 8F"
  })
  void hearsNothingButItsOwnAnswers(String filter, String code) {
    for (var version : ProtocolVersion.values()) {
      try (var client = RawClient.connected(server, newcomer(version))) {
        client.subscribe(1, filter, 1).expect(subAck(version, version == MQTT_5 ? code : "80"));
      }
    }
  }

  @Test
  void anotherOnesAnswerDoesNotComeToIt() {
    var other = newcomer(MQTT_5, "r2");
    try (var client = listening(MQTT_5);
        var stranger = RawClient.connected(server, other)) {
      stranger.subscribe(1, "provision/acme/r2/res", 1).hear();
      client.publish(REQUEST, 1, 1, "{}").hear();
      client.expect("40 02 0001");
      stranger.expectNothing();
      // Not even when a service says it: nobody but the connection is asked.
      server.deliver(ANSWER, "{}", 0);
      client.expectNothing();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustHearItsAnswerSoThatNothingIsUsedUpInVain(ProtocolVersion version) {
    try (var client = RawClient.connected(server, newcomer(version))) {
      client.publish(REQUEST, 1, 1, "{}").expectDisconnect(ReasonCode.NOT_AUTHORIZED);
    }
    try (var client = listening(version)) {
      client.unsubscribe(2, ANSWER).expect(version == MQTT_5 ? "B0 04 0002 00 00" : "B0 02 0002");
      client.publish(REQUEST, 1, 1, "{}").expectDisconnect(ReasonCode.NOT_AUTHORIZED);
    }
    assertEquals(List.of(), server.provisioning.requests);
  }

  @Test
  void whoHasGoneMeanwhileIsNotAnsweredAndNothingIsLeft() {
    var client = listening(MQTT_5);
    server.provisioning.hold();
    client.publish(REQUEST, 1, 1, "{}");
    await().until(() -> server.provisioning.requests.size() == 1);
    client.close();
    server.provisioning.letGo();
    await().until(() -> server.gauge("muster.endpoint.newcomers") == 0);
    await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
  }

  @Test
  void aClaimTokenThatWasRevokedMeanwhileEndsIt() {
    server.provisioning.answer(401, "{\"status\":401}");
    try (var client = listening(MQTT_5)) {
      client.publish(REQUEST, 1, 1, "{}").hear();
      client.expect("40 02 0001").expectDisconnect(ReasonCode.NOT_AUTHORIZED);
    }
  }

  @Test
  void theNewerOfTwoWithOneClientIdentifierStays() {
    try (var older = RawClient.connected(server, newcomer(MQTT_5));
        var newer = RawClient.connected(server, newcomer(MQTT_5))) {
      older.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
      newer.ping().expect("D0 00");
    }
  }

  @Test
  void goesWhenTheServerDoes() {
    try (var client = listening(MQTT_5)) {
      server.provisioning.hold();
      client.publish(REQUEST, 1, 1, "{}");
      await().until(() -> server.provisioning.requests.size() == 1);
      server.endpoint.stop();
      client.expectDisconnect(ReasonCode.SERVER_SHUTTING_DOWN);
    }
  }

  @Test
  void otherPacketsThanItsOwnEndIt() {
    for (var packet :
        List.of("40 02 0001", "50 02 0001", "62 02 0001", "70 02 0001", "F0 02 00 00")) {
      try (var client = RawClient.connected(server, newcomer(MQTT_5))) {
        client.send(packet).expectDisconnect(ReasonCode.PROTOCOL_ERROR);
      }
    }
  }

  @Test
  void noDeviceCanBeCalledLikeIt() {
    try (var client =
        RawClient.knock(
            server, ConnectPacket.of(MQTT_5).user("boiler@acme").client("acme:provision:r1"))) {
      client.expectConnAck(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(REQUEST, 1, 1, "{}").expect("40 03 0001 87");
      client.subscribe(1, ANSWER, 1).expect("90 04 0001 00 87");
    }
  }
}
