package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every packet that a server sends, byte by byte. */
class PacketWriterTest {

  private static void assertWrites(String bytes, Consumer<ByteBuf> packet) {
    var out = Unpooled.buffer();
    packet.accept(out);
    assertEquals(HexFormat.of().formatHex(WireBytes.of(bytes)), ByteBufUtil.hexDump(out));
  }

  @Test
  void writesConnAckOfMqtt3() {
    assertWrites("20 02 01 00", out -> PacketWriter.connAck3(out, true, 0));
    assertWrites("20 02 00 05", out -> PacketWriter.connAck3(out, false, 5));
  }

  @Test
  void writesConnAckOfMqtt5() {
    assertWrites(
        "20 03 01 00 00",
        out -> PacketWriter.connAck5(out, true, ReasonCode.SUCCESS, new WrittenProperties()));
    assertWrites(
        "20 09 00 87 06 1F \"why\"",
        out ->
            PacketWriter.connAck5(
                out,
                false,
                ReasonCode.NOT_AUTHORIZED,
                new WrittenProperties().reasonString("why")));
  }

  @Test
  void writesAllThatAConnAckMaySayOfTheServer() {
    assertWrites(
        "20 1E 00 00 1B 21 0014 27 00100000 22 0010 25 01 28 01 29 01 2A 00 11 FFFFFFFF 13 04B0",
        out ->
            PacketWriter.connAck5(
                out,
                false,
                ReasonCode.SUCCESS,
                new WrittenProperties()
                    .receiveMaximum(20)
                    .maximumPacketBytes(1 << 20)
                    .topicAliasMaximum(16)
                    .retainAvailable(true)
                    .subscriptionsAvailable(true, true, false)
                    .sessionExpirySeconds(0xFFFF_FFFFL)
                    .serverKeepAliveSeconds(1_200)));
  }

  @Test
  void writesSuccessWithoutAReasonCode() {
    assertWrites("40 02 0001", out -> PacketWriter.pubAck(out, 1, ReasonCode.SUCCESS));
    assertWrites("50 02 0102", out -> PacketWriter.pubRec(out, 258, ReasonCode.SUCCESS));
    assertWrites("70 02 FFFF", out -> PacketWriter.pubComp(out, 65_535, ReasonCode.SUCCESS));
  }

  @Test
  void writesFailureWithOne() {
    assertWrites("40 03 0001 87", out -> PacketWriter.pubAck(out, 1, ReasonCode.NOT_AUTHORIZED));
    assertWrites(
        "50 03 8000 97", out -> PacketWriter.pubRec(out, 1 << 15, ReasonCode.QUOTA_EXCEEDED));
    assertWrites(
        "70 03 0001 92",
        out -> PacketWriter.pubComp(out, 1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
  }

  @Test
  void writesACodeForEachFilter() {
    var codes = List.of(0, 1, 0x87);
    assertWrites("90 05 0005 000187", out -> PacketWriter.subAck(out, MQTT_3_1_1, 5, codes));
    assertWrites("90 06 0005 00 000187", out -> PacketWriter.subAck(out, MQTT_5, 5, codes));
    assertWrites("B0 02 0005", out -> PacketWriter.unsubAck(out, MQTT_3_1_1, 5, codes));
    assertWrites("B0 06 0005 00 000187", out -> PacketWriter.unsubAck(out, MQTT_5, 5, codes));
  }

  @Test
  void writesPingRespAndDisconnect() {
    assertWrites("D0 00", PacketWriter::pingResp);
    assertWrites(
        "E0 02 8B 00", out -> PacketWriter.disconnect5(out, ReasonCode.SERVER_SHUTTING_DOWN, ""));
    assertWrites(
        "E0 08 8E 06 1F \"why\"",
        out -> PacketWriter.disconnect5(out, ReasonCode.SESSION_TAKEN_OVER, "why"));
  }

  @Test
  void writesPublish() {
    assertWrites("30 05 \"t\" 'hi'", out -> PacketWriter.publish(out, "t", 0, 0, hi(), null));
    assertWrites("32 07 \"t\" 0007 'hi'", out -> PacketWriter.publish(out, "t", 1, 7, hi(), null));
    assertWrites(
        "32 08 \"t\" 0007 00 'hi'",
        out -> PacketWriter.publish(out, "t", 1, 7, hi(), new WrittenProperties()));
  }

  @Test
  void writesAllThatAPublishMaySay() {
    assertWrites(
        "30 2D \"t/é\" 24 01 01 02 0000000A 03 \"text\" 08 \"r\" 09 \"c\" 26 \"k\" \"v\""
            + " 0B 05 0B FFFFFF7F 'hi'",
        out -> PacketWriter.publish(out, "t/é", 0, 0, hi(), all()));
  }

  private static WrittenProperties all() {
    return new WrittenProperties()
        .payloadFormatIndicator(1)
        .messageExpirySeconds(10)
        .contentType("text")
        .responseTopic("r")
        .correlationData("c".getBytes(UTF_8))
        .userProperty("k", "v")
        .subscriptionIdentifier(5)
        .subscriptionIdentifier(268_435_455);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 122, 123, 124, 16_376, 16_377, 16_378, 16_379, 2_097_144, 2_097_149})
  void knowsHowLargeAPublishWillBe(int payloadBytes) {
    for (var properties : new WrittenProperties[] {null, new WrittenProperties(), all()}) {
      for (int qos = 0; qos <= 1; qos++) {
        var payload = new byte[payloadBytes];
        var out = Unpooled.buffer();
        PacketWriter.publish(out, "té", qos, qos, payload, properties);
        assertEquals(
            out.readableBytes(), PacketWriter.publishBytes("té", qos, payload, properties));
      }
    }
  }

  private static byte[] hi() {
    return "hi".getBytes(UTF_8);
  }
}
