package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.FakeProvisioning.TOKEN;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.WireBytes;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;

/** What tests of devices that are nobody yet begin with. */
abstract class ProvisioningCourse {
  static final String REQUEST = "provision/acme/r1/req";
  static final String ANSWER = "provision/acme/r1/res";

  TestEndpoint server = TestEndpoint.start();

  @AfterEach
  void stop() {
    server.close();
  }

  void restart(String... settings) {
    server.close();
    server = TestEndpoint.start(settings);
  }

  static ConnectPacket newcomer(ProtocolVersion version) {
    return newcomer(version, "r1");
  }

  static ConnectPacket newcomer(ProtocolVersion version, String random) {
    return ConnectPacket.of(version)
        .user("provision@acme")
        .client("acme:provision:" + random)
        .password(TOKEN);
  }

  /** A newcomer that hears its answers. */
  RawClient listening(ProtocolVersion version) {
    return RawClient.connected(server, newcomer(version))
        .subscribe(1, ANSWER, 1)
        .expect(subAck(version, "00"));
  }

  static String subAck(ProtocolVersion version, String code) {
    return version == MQTT_5 ? "90 04 0001 00 " + code : "90 03 0001 " + code;
  }

  static void expectAnswer(
      RawClient client, ProtocolVersion version, String properties, String payload) {
    var written = version == MQTT_5 ? WireBytes.of(properties) : new byte[0];
    var counted =
        version == MQTT_5
            ? WireBytes.joined(WireBytes.variableByteInteger(written.length), written)
            : written;
    var expected =
        WireBytes.packet(0x30, WireBytes.string(ANSWER), counted, payload.getBytes(UTF_8));
    assertEquals(HexFormat.of().formatHex(expected), client.hear().toString());
  }
}
