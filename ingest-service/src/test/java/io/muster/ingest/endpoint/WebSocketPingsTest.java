package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.WebSocketWire.frame;
import static io.muster.ingest.endpoint.WebSocketWire.upgraded;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.registry.DeviceLimits;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import io.muster.ingest.endpoint.session.EndReason;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who says more than it may in the control frames of WebSocket, below MQTT. */
class WebSocketPingsTest {
  private static final int BURST = 10;
  private static final byte[] EMPTY = {};
  private static final byte[] PONG = WireBytes.of("8A 00");
  private static final byte[] CONNACK = WireBytes.of("82 04 20 02 00 00");

  private TestEndpoint server;

  @AfterEach
  void stop() {
    server.close();
  }

  private Socket open() throws IOException {
    return new Socket("127.0.0.1", server.webSocketPort());
  }

  private static void send(Socket socket, int frames, int first) throws IOException {
    var one = frame(first, EMPTY);
    var all = new byte[frames * one.length];
    for (int i = 0; i < frames; i++) {
      System.arraycopy(one, 0, all, i * one.length, one.length);
    }
    socket.getOutputStream().write(all);
  }

  private static void expect(DataInputStream in, byte[] bytes) throws IOException {
    assertEquals(hex(bytes), hex(in.readNBytes(bytes.length)));
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }

  private static DataInputStream connected(Socket socket) throws IOException {
    var in = upgraded(socket);
    var connect = ConnectPacket.of(MQTT_3_1_1).bytes();
    socket.getOutputStream().write(frame(WebSocketWire.BINARY, connect));
    expect(in, CONNACK);
    return in;
  }

  private double slowed() {
    return server.count(
        "muster.endpoint.limits.reached", "limit", "device-rate", "answer", "slowed");
  }

  /** Like PINGREQ: by the device's own rate, and no others notice. */
  @ParameterizedTest
  @ValueSource(ints = {WebSocketWire.PING, WebSocketWire.PONG})
  void aDeviceThatSendsMoreThanItMayIsReadMoreSlowly(int first) throws IOException {
    server = TestEndpoint.start();
    server.access.limits = new DeviceLimits(1, 100_000);
    try (var socket = open();
        var quiet = RawClient.connected(server, ConnectPacket.of(MQTT_5).device("quiet"))) {
      connected(socket);
      send(socket, 4 * BURST, first);
      await().until(() -> slowed() >= 1);
      server.awaitPaused(1);
      quiet.ping().expect("D0 00");
      var held = server.meters.get("muster.endpoint.held").tag("reason", "rate").gauge();
      assertEquals(1, held.value());
    }
  }

  @Test
  void aDeviceThatSendsNoMoreThanItMayIsAnswered() throws IOException {
    server = TestEndpoint.start();
    server.access.limits = new DeviceLimits(1, 100_000);
    try (var socket = open()) {
      var in = connected(socket);
      for (int i = 0; i < BURST / 2; i++) {
        send(socket, 1, WebSocketWire.PING);
        expect(in, PONG);
      }
      assertEquals(0, slowed());
    }
  }

  @Test
  void aStrangerIsClosedAfterAFew() throws IOException {
    server = TestEndpoint.start();
    try (var log = LoggedLines.from(Level.INFO);
        var socket = open()) {
      var in = upgraded(socket);
      send(socket, 16, WebSocketWire.PING);
      for (int i = 0; i < 16; i++) {
        expect(in, PONG);
      }
      send(socket, 3, WebSocketWire.PING);
      expect(in, WireBytes.of("88"));
      var close = in.readNBytes(in.readUnsignedByte());
      assertEquals("03e8", hex(close).substring(0, 4));
      assertEquals(-1, in.read(), "nothing behind the close frame");
      assertEquals(1, server.count("muster.endpoint.connects", "outcome", "websocket-frames"));
      assertEquals(
          List.of(
              "INFO Connection closed before CONNECT: websocket-frames (a stranger from"
                  + " 127.0.0.1)"),
          log.lines());
    }
  }

  /** They count with its packets. */
  @Test
  void whoIsBeingProvisionedMaySendSoMany() throws IOException {
    server = TestEndpoint.start("provisioning.packets", "5");
    try (var socket = open()) {
      var in = upgraded(socket);
      var connect =
          ConnectPacket.of(MQTT_5)
              .user("provision@acme")
              .client("acme:provision:r1")
              .password(FakeProvisioning.TOKEN);
      socket.getOutputStream().write(frame(WebSocketWire.BINARY, connect.bytes()));
      assertEquals(WebSocketWire.BINARY, in.readUnsignedByte());
      in.skipNBytes(in.readUnsignedByte());
      send(socket, 6, WebSocketWire.PING);
      for (int i = 0; i < 5; i++) {
        expect(in, PONG);
      }
      assertEquals(WebSocketWire.BINARY, in.readUnsignedByte());
      var disconnect = in.readNBytes(in.readUnsignedByte());
      assertEquals(ReasonCode.QUOTA_EXCEEDED.code(), disconnect[2] & 0xFF, hex(disconnect));
      server.awaitEnd(EndReason.QUOTA_EXCEEDED);
    }
  }
}
