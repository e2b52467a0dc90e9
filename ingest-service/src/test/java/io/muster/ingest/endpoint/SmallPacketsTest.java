package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that take small packets only: they are sent none that is larger ([MQTT-3.1.2-24]). */
class SmallPacketsTest {
  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static ConnectPacket taking(int bytes) {
    return ConnectPacket.of(MQTT_5).property("27 %08X".formatted(bytes));
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 23})
  void areRefusedWhenTheyTakeNoCONNACK(int bytes) {
    try (var client = RawClient.knock(server, taking(bytes))) {
      client.expect("20 03 00 95 00").expectEnd();
    }
  }

  @Test
  void hearNothingWhenTheyTakeNoRefusal() {
    try (var client = RawClient.knock(server, taking(4))) {
      client.expectEnd();
    }
  }

  /** With everything in CONNACK that may be in it. */
  @Test
  void areServedWhenTheyTakeOurPackets() {
    try (var client = RawClient.knock(server, taking(31).property("11 FFFFFFFF").keepAlive(0))) {
      client.expect("20 03 00 95 00").expectEnd();
    }
    var connect = taking(32).property("11 FFFFFFFF").keepAlive(0);
    try (var client = RawClient.connected(server, connect)) {
      client.subscribe(1, "#", 0).expect("90 04 0001 00 87");
      client.publish(1, 2, "{}").expect("40 02 0002");
      client.send("C1 00").expect("E0 02 81 00").expectEnd();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"82", "A2"})
  void areEndedWhenTheyTakeNoAnswerToWhatTheyAsk(String type) {
    var filter =
        WireBytes.joined(WireBytes.string("a"), type.equals("82") ? new byte[1] : new byte[0]);
    var filters = new byte[0];
    for (int i = 0; i < 28; i++) {
      filters = WireBytes.joined(filters, filter);
    }
    var packet = WireBytes.packet(Integer.parseInt(type, 16), new byte[] {0, 1, 0}, filters);
    try (var client = RawClient.connected(server, taking(33))) {
      client.send(packet);
      assertEquals(33, client.hear().body().length + 2);
    }
    try (var client = RawClient.connected(server, taking(32))) {
      client.send(packet).expectDisconnect(ReasonCode.PACKET_TOO_LARGE);
    }
    assertTrue(server.intake.offered.isEmpty());
  }
}
