package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;

import io.muster.ingest.endpoint.packets.ReasonCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bans of those whom a load balancer names (PROXY protocol, version 2). */
@Timeout(180)
class ProxyBanTest {

  /** Of 203.0.113.x. */
  private static RawClient from(TestEndpoint server, int host) {
    return RawClient.open(server, MQTT_5)
        .send(
            "0D0A0D0A 00 0D0A 'QUIT' 0A 21 11 000C CB0071%02X 7F000001 D431 075B".formatted(host));
  }

  @Test
  void areOfTheAddressThatTheHeaderNames() {
    try (var server =
        TestEndpoint.start(
            "proxy-protocol",
            "required",
            "proxy-protocol.trusted",
            "127.0.0.1",
            "bans.address-failures",
            "1")) {
      try (var failing = from(server, 7)) {
        failing.send(ConnectPacket.of(MQTT_5).password("wrong").bytes());
        failing.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      }
      try (var banned = from(server, 7)) {
        banned.expectEnd();
      }
      server.awaitCount(1, "muster.endpoint.connects", "outcome", "banned-address");
      await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
      try (var other = from(server, 8)) {
        other.send(ConnectPacket.of(MQTT_5).bytes()).expectConnAck(ReasonCode.SUCCESS);
      }
    }
  }
}
