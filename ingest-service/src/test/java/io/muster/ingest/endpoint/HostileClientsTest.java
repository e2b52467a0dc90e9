package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.WebSocketWire.frame;
import static io.muster.ingest.endpoint.WebSocketWire.upgraded;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import io.muster.ingest.endpoint.session.EndReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a hostile client meets: the right reason, one line in the log, and nothing of it is kept.
 * The same list, with what else is tested of each, is in {@code docs/guides/devices.md}.
 */
class HostileClientsTest {
  private static final String STRANGER =
      "Connection closed before CONNECT: %s (a stranger from %s)";
  private static final String DEVICE = "Connection ended: %s (acme/boiler from %s)";
  private static final int UNACKNOWLEDGED = 10_000;

  private TestEndpoint server;
  private LoggedLines log;

  private void start(String... settings) {
    server = TestEndpoint.start(settings);
    log = LoggedLines.from(Level.INFO);
  }

  @AfterEach
  void stop() {
    log.close();
    server.close();
  }

  /** That it was logged once, and that nothing is kept. */
  private void loggedOnceAndForgotten(String line, String reason) {
    await().until(() -> !log.lines().isEmpty());
    forgotten();
    assertEquals(List.of("INFO " + line.formatted(reason, "127.0.0.1")), log.lines());
  }

  private void forgotten() {
    for (var held :
        List.of(
            "connections",
            "knocking",
            "paused",
            "memory.bytes",
            "knocking.bytes",
            "unread.bytes")) {
      await(held).until(() -> server.gauge("muster.endpoint." + held) == 0);
    }
  }

  // --- Strangers: they hear nothing, since nothing that they said was MQTT -----------------------

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "10 0E \"MQTT\" 04"})
  void aConnectThatDoesNotComeInTime(String begin) {
    start("connections.connect-timeout", "300ms");
    try (var client = RawClient.open(server, MQTT_5)) {
      client.send(begin).expectEnd();
      loggedOnceAndForgotten(STRANGER, "connect-timeout");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "garbage,                             47 45 54 20 2F 0D 0A, protocol-error",
    "SUBSCRIBE before CONNECT,            82 06 0001 \"a\" 00,  protocol-error",
    "a remaining length of five bytes,    10 FF FF FF FF 7F,    malformed-packet",
    "a remaining length that is too low,  10 0B \"MQTT\" 04 02 003C \"ab\", malformed-packet",
    "a remaining length that is too high, 10 0F \"MQTT\" 04 02 003C \"ab\" 00, malformed-packet",
    "a CONNECT beyond its limit,          10 FF FF 7F,          packet-too-large",
    "a name that is not UTF-8,            10 0E \"MQTT\" 04 02 003C 0002 C3 28, malformed-packet",
  })
  void whatIsNoConnect(String what, String bytes, String reason) {
    start();
    try (var client = RawClient.open(server, MQTT_5)) {
      client.send(bytes).expectEnd();
      loggedOnceAndForgotten(STRANGER, reason);
    }
  }

  // --- Clients that were let in
  // ----------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "a second CONNECT,                    10 0F \"MQTT\" 05 02 003C 00 \"ab\", PROTOCOL_ERROR",
    "garbage,                             FF 02 47 11,                      MALFORMED_PACKET",
    "a remaining length of five bytes,    30 FF FF FF FF 7F,                MALFORMED_PACKET",
    "a remaining length that is too low,  32 05 \"t\" 0001,                 MALFORMED_PACKET",
    "a remaining length that is too high, 62 05 0001 00 00 00,              MALFORMED_PACKET",
    "a packet beyond every limit,         30 FF FF FF 7F,                   PACKET_TOO_LARGE",
    "packet identifier 0 in PUBLISH,      32 06 \"t\" 0000 00,              PROTOCOL_ERROR",
    "packet identifier 0 in SUBSCRIBE,    82 07 0000 00 \"a\" 00,           PROTOCOL_ERROR",
    "a topic that is not UTF-8,           30 05 0002 C3 28 00,              MALFORMED_PACKET",
    "a topic with U+0000,                 30 05 0002 61 00 00,              MALFORMED_PACKET",
    "a filter that is not UTF-8,          82 08 0001 00 0002 ED A0 00,      MALFORMED_PACKET",
    "QoS 3,                               36 06 \"t\" 0001 00,              MALFORMED_PACKET",
  })
  void whatIsNoPacket(String what, String bytes, ReasonCode reason) {
    start();
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send(bytes).expectDisconnect(reason);
      loggedOnceAndForgotten(DEVICE, EndReason.of(reason).label());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTopicNameOf64KiB(ProtocolVersion version) {
    start();
    try (var client = RawClient.connected(server, version)) {
      client.publish("t".repeat(65_535), 1, 1, "{}");
      client.expectDisconnect(ReasonCode.TOPIC_NAME_INVALID);
      loggedOnceAndForgotten(DEVICE, "topic-name-invalid");
    }
  }

  @Test
  void aTopicFilterThatIsLongerThanAnyTopicName() {
    start();
    try (var client = RawClient.connected(server, MQTT_5)) {
      var filter = "command/acme/boiler/req/" + "x".repeat(1_001);
      client.subscribe(1, filter, 1).expect("90 04 0001 00 8F");
      client.subscribe(2, filter.substring(1), 1).expect("90 04 0002 00 87");
      client.subscribe(3, filter.substring(0, 1_024), 1).expect("90 04 0003 00 01");
    }
  }

  @Test
  void aTopicFilterOf64KiB() {
    start();
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, "t".repeat(65_535), 1).expectDisconnect(ReasonCode.PACKET_TOO_LARGE);
      loggedOnceAndForgotten(DEVICE, "packet-too-large");
    }
  }

  /** No mistake of the protocol: it is answered, and nothing is written. */
  @Test
  void aSubscriptionToEverything() {
    start();
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, "#", 1).expect("90 04 0001 00 87").expectNothing();
      client.disconnect();
    }
    forgotten();
    assertEquals(List.of(), log.lines());
  }

  @Test
  void tenThousandPublishesWithoutRegardToReceiveMaximum() {
    start();
    server.intake.hold();
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send(publishes(MQTT_5)).expectDisconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
      assertEquals(1_024, server.intake.held.size());
      server.intake.letGo();
      loggedOnceAndForgotten(DEVICE, "receive-maximum-exceeded");
    }
  }

  /** MQTT 3.1.1 knows no Receive Maximum: it is not read meanwhile, and nothing is wrong. */
  @Test
  void tenThousandPublishesOfAClientThatKnowsNoReceiveMaximum() {
    start();
    server.intake.hold();
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.send(publishes(MQTT_3_1_1));
      server.awaitPaused(1);
      // The last is counted just before it is offered.
      await().until(() -> server.intake.held.size() == 1_024);
      server.intake.letGo();
      for (int i = 1; i <= UNACKNOWLEDGED; i++) {
        client.expect("40 02 %04X".formatted(i));
      }
      client.disconnect();
    }
    forgotten();
    assertEquals(List.of(), log.lines());
  }

  private static byte[] publishes(ProtocolVersion version) {
    var all = new ByteArrayOutputStream();
    for (int i = 1; i <= UNACKNOWLEDGED; i++) {
      all.writeBytes(
          WireBytes.packet(
              0x32,
              WireBytes.string(TestEndpoint.TELEMETRY),
              new byte[] {(byte) (i >> 8), (byte) i},
              version == MQTT_5 ? new byte[1] : new byte[0],
              "{}".getBytes(US_ASCII)));
    }
    return all.toByteArray();
  }

  @Test
  void aClientThatHasGoneWithoutAWord() {
    start();
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).keepAlive(1))) {
      client.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
      loggedOnceAndForgotten(DEVICE, "keep-alive");
    }
  }

  @Test
  void halfAPacket() {
    start("connections.packet-patience", "300ms");
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.send("30 A09C01 \"t\"");
      client.expectDisconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
      loggedOnceAndForgotten(DEVICE, "stalled");
    }
  }

  /** It hears no reason, since it does not read. */
  @Test
  void aReaderThatNeverReads() {
    start("connections.write-stall", "300ms", "down.queue", "200", "up.memory-bytes", "100000000");
    try (var client = RawClient.open(server, MQTT_5, 4_096)) {
      client.send(ConnectPacket.of(MQTT_5).bytes()).expectConnAck(ReasonCode.SUCCESS);
      client.subscribe(1, "firmware/acme/boiler/notify", 0).hear();
      for (int i = 0; i < 200; i++) {
        server.deliver("firmware/acme/boiler/notify", "x".repeat(100_000), 0);
      }
      loggedOnceAndForgotten(DEVICE, "stalled");
    }
  }

  // --- WebSocket
  // ---------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "a frame beyond its limit,           82 FF 000000007FFFFFFF 00000000, packet-too-large, 03F1",
    "a frame without a mask,             82 01 10,                        protocol-error, 03EA",
    "a text frame,                       81 81 00000000 10,               protocol-error, 03EB",
    "a frame of a reserved kind,         83 80 00000000,                  protocol-error, 03EA",
    "a reserved bit,                     C2 80 00000000,                  protocol-error, 03EA",
    "a continuation of nothing,          80 81 00000000 10,               protocol-error, 03EA",
    "a message within another one,       02 81 0000000010 82 81 0000000010, protocol-error, 03EA",
    "a ping in fragments,                09 80 00000000,                  protocol-error, 03EA",
    "a length of eight bytes below zero, 82 FF 8000000000000000 00000000, protocol-error, 03EA",
  })
  void aWebSocketFrameThatIsNone(String what, String bytes, String reason, String status)
      throws IOException {
    start();
    try (var socket = new Socket("127.0.0.1", server.webSocketPort())) {
      var in = upgraded(socket);
      socket.getOutputStream().write(WireBytes.of(bytes));
      assertClosedWith(status, in.readAllBytes());
      loggedOnceAndForgotten(STRANGER, reason);
    }
  }

  @Test
  void aWebSocketFrameThatIsNoneOfADeviceThatWasLetIn() throws IOException {
    start();
    try (var socket = new Socket("127.0.0.1", server.webSocketPort())) {
      var in = upgraded(socket);
      var out = socket.getOutputStream();
      out.write(frame(0x82, ConnectPacket.of(MQTT_5).bytes()));
      assertEquals(0x82, in.readUnsignedByte());
      in.skipNBytes(in.readUnsignedByte());
      out.write(WireBytes.of("82 01 C0"));
      assertEquals(0x82, in.readUnsignedByte());
      var disconnect = in.readNBytes(in.readUnsignedByte());
      assertEquals("e0", hex(disconnect).substring(0, 2));
      assertEquals(ReasonCode.PROTOCOL_ERROR.code(), disconnect[2] & 0xFF);
      assertClosedWith("03EA", in.readAllBytes());
      loggedOnceAndForgotten(DEVICE, "protocol-error");
    }
  }

  /** A close frame with that status (RFC 6455 §7.4.1) and nothing behind it. */
  private static void assertClosedWith(String status, byte[] heard) {
    assertEquals(0x88, heard[0] & 0xFF);
    assertEquals(2 + heard[1], heard.length, "bytes behind the close frame");
    assertEquals(hex(WireBytes.of(status)), hex(Arrays.copyOfRange(heard, 2, 4)));
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.ofDelimiter(" ").formatHex(bytes);
  }

  /** Fragments are as good as frames: what counts is the packet, and how long it takes. */
  @Test
  void aConnectInFragmentsThatDoNotEnd() throws IOException {
    start("connections.connect-timeout", "1s");
    try (var socket = new Socket("127.0.0.1", server.webSocketPort())) {
      var in = upgraded(socket);
      var connect = ConnectPacket.of(MQTT_5).bytes();
      for (int i = 0; i < connect.length - 1; i++) {
        socket
            .getOutputStream()
            .write(frame(i == 0 ? 0x02 : 0x00, Arrays.copyOfRange(connect, i, i + 1)));
      }
      in.readAllBytes();
      loggedOnceAndForgotten(STRANGER, "connect-timeout");
    }
  }

  @Test
  void aPacketOf64KiBInManySmallFragments() throws IOException {
    start();
    try (var socket = new Socket("127.0.0.1", server.webSocketPort())) {
      var in = upgraded(socket);
      var out = socket.getOutputStream();
      out.write(frame(0x82, ConnectPacket.of(MQTT_3_1_1).bytes()));
      assertEquals("82 04 20 02 00 00", hex(in.readNBytes(6)));
      var publish =
          WireBytes.packet(
              0x32,
              WireBytes.string(TestEndpoint.TELEMETRY),
              new byte[] {0, 1},
              "x".repeat(65_535).getBytes(US_ASCII));
      var frames = new ByteArrayOutputStream();
      for (int at = 0; at < publish.length; at += 100) {
        var end = Math.min(publish.length, at + 100);
        var first = (at == 0 ? 0x02 : 0x00) | (end == publish.length ? 0x80 : 0);
        frames.writeBytes(frame(first, Arrays.copyOfRange(publish, at, end)));
      }
      out.write(frames.toByteArray());
      assertEquals("82 04 40 02 00 01", hex(in.readNBytes(6)));
      out.write(frame(0x82, new byte[] {(byte) 0xE0, 0}));
      in.readAllBytes();
    }
    forgotten();
    assertEquals(List.of(), log.lines());
  }
}
