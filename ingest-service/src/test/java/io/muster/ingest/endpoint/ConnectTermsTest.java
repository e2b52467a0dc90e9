package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What client and server settle on: keep-alive, session, session present. */
class ConnectTermsTest {
  private static final long WEEK_SECONDS = 604_800;

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String connAck(ConnectPacket connect) {
    try (var client = RawClient.knock(server, connect)) {
      return client.expectConnAck(ReasonCode.SUCCESS).toString();
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "1201", "65535"})
  void tellsAnMqtt5ClientOfAShorterKeepAlive(int asked) {
    var connAck = connAck(ConnectPacket.of(MQTT_5).keepAlive(asked));
    assertTrue(connAck.endsWith("1304b0"), connAck);
  }

  @ParameterizedTest
  @CsvSource({"1", "1200"})
  void saysNothingOfAKeepAliveThatItTakes(int asked) {
    assertTrue(connAck(ConnectPacket.of(MQTT_5).keepAlive(asked)).startsWith("2016"));
  }

  @ParameterizedTest
  @CsvSource({"00000000, 0", "00000E10, 3600", "00093A80, 604800"})
  void keepsASessionAsLongAsAsked(String asked, long seconds) {
    var connAck = connAck(ConnectPacket.of(MQTT_5).property("11 " + asked));
    assertTrue(connAck.startsWith("2016"), connAck);
    assertEquals(seconds, server.sessions.claims.getFirst().expirySeconds());
  }

  @Test
  void tellsAnMqtt5ClientOfAShorterSession() {
    var connAck = connAck(ConnectPacket.of(MQTT_5).property("11 FFFFFFFF"));
    assertTrue(connAck.endsWith("1100093a80"), connAck);
    assertEquals(WEEK_SECONDS, server.sessions.claims.getFirst().expirySeconds());
  }

  @Test
  void keepsTheSessionOfAnMqtt3ClientThatIsNotClean() {
    connAck(ConnectPacket.of(MQTT_3_1_1).goOn());
    connAck(ConnectPacket.of(MQTT_3_1_1));
    assertEquals(WEEK_SECONDS, server.sessions.claims.get(0).expirySeconds());
    assertEquals(0, server.sessions.claims.get(1).expirySeconds());
  }

  @ParameterizedTest
  @EnumSource
  void saysWhetherASessionIsPresent(ProtocolVersion version) {
    assertEquals(0, present(ConnectPacket.of(version).persistent()), "there was none");
    assertEquals(1, present(ConnectPacket.of(version).persistent()), "it was kept");
    assertEquals(0, present(ConnectPacket.of(version)), "a clean start");
    assertEquals(0, present(ConnectPacket.of(version).goOn()), "it was not kept");
  }

  private int present(ConnectPacket connect) {
    var before = server.sessions.ends.size();
    var client = RawClient.knock(server, connect);
    var connAck = client.expectConnAck(ReasonCode.SUCCESS);
    client.disconnect();
    await().until(() -> server.sessions.ends.size() == before + 1);
    return connAck.body()[0];
  }

  @Test
  void endsASessionAsDisconnectSays() {
    var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent());
    client.send("E0 07 00 05 11 0000000A").expectEnd();
    await().until(() -> server.sessions.ends.size() == 1);
    assertEquals(10, server.sessions.ends.getFirst().expirySeconds());
    assertFalse(server.sessions.ends.getFirst().publishesWill());
  }

  /** MQTT 5 §3.14.2.2.2. */
  @Test
  void refusesASessionThatOnlyDisconnectAsksFor() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send("E0 07 00 05 11 0000000A").expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }
  }
}
