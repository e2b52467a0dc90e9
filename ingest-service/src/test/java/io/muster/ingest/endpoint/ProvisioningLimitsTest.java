package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;

import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much a device that is nobody yet may ask for. */
class ProvisioningLimitsTest extends ProvisioningCourse {

  @Test
  void guessingGetsTheAddressBannedAndATokenThatHasEndedDoesNot() {
    restart("bans.address-failures", "3", "bans.never", "10.0.0.0/8");
    server.provisioning.refusal = Reason.CLAIM_EXPIRED;
    for (int i = 0; i < 5; i++) {
      try (var client = RawClient.knock(server, newcomer(MQTT_5).password("old"))) {
        client.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      }
    }
    server.provisioning.refusal = Reason.CLAIM_UNKNOWN;
    for (int i = 0; i < 3; i++) {
      try (var client = RawClient.knock(server, newcomer(MQTT_5).password("guess"))) {
        client.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      }
    }
    try (var client = RawClient.open(server, MQTT_5)) {
      client.expectEnd();
    }
    server.awaitCount(1, "muster.endpoint.connects", "outcome", "banned-address");
  }

  @Test
  void oneRequestAtATimeIsAsked() {
    server.provisioning.answer(200, "{\"status\":200}");
    try (var client = listening(MQTT_3_1_1)) {
      server.provisioning.hold();
      client.publish(REQUEST, 1, 1, "{\"n\":1}").publish(REQUEST, 1, 2, "{\"n\":2}");
      await().until(() -> server.provisioning.requests.size() == 1);
      await().during(Duration.ofMillis(200)).until(() -> server.provisioning.requests.size() == 1);
      server.provisioning.letGo();
      client.hear();
      client.expect("40 02 0001").hear();
      client.expect("40 02 0002");
    }
  }

  @Test
  void staysForSoLongAndNotBeyondTheClaimTokensEnd() {
    restart("provisioning.stay", "1s");
    try (var client = RawClient.connected(server, newcomer(MQTT_5))) {
      client.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
    }
    restart();
    Runnable token = () -> server.provisioning.validUntil = Instant.now().plusSeconds(1);
    try (var client = RawClient.connectedShortly(server, newcomer(MQTT_5), token)) {
      client.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
    }
  }

  @Test
  void maySendSoManyPackets() {
    restart("provisioning.packets", "5");
    try (var client = RawClient.connected(server, newcomer(MQTT_5))) {
      for (int i = 0; i < 5; i++) {
        client.ping().expect("D0 00");
      }
      client.ping().expectDisconnect(ReasonCode.QUOTA_EXCEEDED);
    }
  }

  @Test
  void mayAskWithSoManyBytes() {
    restart("provisioning.payload-bytes", "1024");
    try (var client = listening(MQTT_5)) {
      client.publish(REQUEST, 1, 1, "x".repeat(1_024)).hear();
      client.expect("40 02 0001");
      client.publish(REQUEST, 1, 2, "x".repeat(1_025));
      client.expectDisconnect(ReasonCode.PACKET_TOO_LARGE);
    }
  }

  @Test
  void isNotSentMoreThanItTakes() {
    server.provisioning.answer(200, "{\"status\":200,\"token\":\"" + "x".repeat(200) + "\"}");
    var connect = newcomer(MQTT_5).property("27 00000080");
    try (var client = RawClient.connected(server, connect)) {
      client.subscribe(1, ANSWER, 1).hear();
      client.publish(REQUEST, 1, 1, "{}").expectDisconnect(ReasonCode.PACKET_TOO_LARGE);
    }
    try (var client = RawClient.knock(server, newcomer(MQTT_5).property("27 0000000A"))) {
      client.expectConnAck(ReasonCode.PACKET_TOO_LARGE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "provisioning.most",
        "provisioning.most-per-claim",
        "provisioning.most-per-address"
      })
  void onlySoManyAtATime(String limit) {
    restart(limit, "1");
    try (var first = RawClient.connected(server, newcomer(MQTT_5))) {
      for (var version : ProtocolVersion.values()) {
        try (var second = RawClient.knock(server, newcomer(version, "r2"))) {
          second.expectConnAck(ReasonCode.QUOTA_EXCEEDED);
          second.expectEnd();
        }
      }
      first.ping().expect("D0 00");
    }
    server.awaitCount(2, "muster.endpoint.connects", "outcome", "newcomers");
    await().until(() -> server.gauge("muster.endpoint.newcomers") == 0);
    RawClient.connected(server, newcomer(MQTT_5, "r2")).disconnect();
  }
}
