package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttProperties.MqttPropertyType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Why devices are not read by Netty's decoder ({@link PacketDecoder}). When one of these fails,
 * Netty has been mended: see docs/decisions/0008-our-own-mqtt-decoder.md.
 */
class NettyDecoderDefectTest {
  private static final int FORMAT_INDICATOR = MqttPropertyType.PAYLOAD_FORMAT_INDICATOR.value();

  /** A PUBLISH with so many bytes of properties, of which a payload format indicator is last. */
  private static byte[] publish(int propertyBytes) {
    var text = "x".repeat(propertyBytes - 5);
    return WireBytes.packet(
        0x30,
        WireBytes.string("t"),
        WireBytes.variableByteInteger(propertyBytes),
        WireBytes.of("03 \"" + text + "\" 01 01"),
        "payload".getBytes(UTF_8));
  }

  private static EmbeddedChannel netty() {
    var channel = new EmbeddedChannel(new MqttDecoder(1 << 20));
    channel.writeInbound(Unpooled.wrappedBuffer(Decoding.CONNECT_5));
    channel.readInbound();
    return channel;
  }

  private static MqttPublishMessage readByNetty(byte[] packet) {
    var channel = netty();
    channel.writeInbound(Unpooled.wrappedBuffer(packet));
    MqttPublishMessage message = channel.readInbound();
    assertTrue(message.decoderResult().isSuccess());
    return message;
  }

  @Test
  void nettyReadsPropertiesOf127Bytes() {
    var read = readByNetty(publish(127));
    assertNotNull(read.variableHeader().properties().getProperty(FORMAT_INDICATOR));
    assertArrayEquals("payload".getBytes(UTF_8), ByteBufUtil.getBytes(read.payload()));
    read.release();
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 200, 16_383})
  void nettyTakesTheLastOfLongerPropertiesForPayload(int propertyBytes) {
    var read = readByNetty(publish(propertyBytes));
    assertNull(read.variableHeader().properties().getProperty(FORMAT_INDICATOR));
    assertArrayEquals("\1\1payload".getBytes(UTF_8), ByteBufUtil.getBytes(read.payload()));
    read.release();
  }

  @ParameterizedTest
  @ValueSource(ints = {127, 128, 200, 16_383, 16_384})
  void weReadThemAll(int propertyBytes) {
    try (var decoding = Decoding.of(MQTT_5)) {
      decoding.feed(publish(propertyBytes));
      var read = (Packet.Publish) decoding.next();
      assertEquals(1, read.properties().payloadFormatIndicator());
      assertEquals(propertyBytes - 5, read.properties().contentType().length());
      assertArrayEquals("payload".getBytes(UTF_8), read.payload());
    }
  }

  @Test
  void nettyReadsAStringThatIsNotUtf8AsAnotherOne() {
    var channel = netty();
    channel.writeInbound(Unpooled.wrappedBuffer(WireBytes.of("30 06 0003 't' FF 't' 00")));
    MqttPublishMessage read = channel.readInbound();
    assertTrue(read.decoderResult().isSuccess());
    assertEquals("t\uFFFDt", read.variableHeader().topicName());
    read.release();
  }

  /** A packet of five bytes says that its topic name has sixteen. */
  @Test
  void nettyWaitsForALengthThatReachesBeyondItsPacket() {
    var packet = WireBytes.of("30 05 0010 't/1'");
    var channel = netty();
    channel.writeInbound(Unpooled.wrappedBuffer(packet));
    assertNull(channel.readInbound());
    channel.finishAndReleaseAll();
    try (var decoding = Decoding.of(MQTT_5)) {
      assertEquals(ReasonCode.MALFORMED_PACKET, decoding.refuses(packet).reason());
    }
  }

  /** A packet that says at its beginning that it has 256 MiB, where one may be. */
  @Test
  void nettyLetsPropertiesOfAnySizeGather() {
    var begin = WireBytes.of("30 FFFFFF7F \"t\" F0FFFF7F");
    var property = WireBytes.of("26 \"" + "k".repeat(50_000) + "\" \"" + "v".repeat(50_000) + "\"");
    var channel = netty();
    channel.writeInbound(Unpooled.wrappedBuffer(begin));
    for (int i = 0; i < 20; i++) {
      channel.writeInbound(Unpooled.wrappedBuffer(property));
      assertNull(channel.readInbound());
    }
    channel.finishAndReleaseAll();
    try (var decoding = Decoding.of(MQTT_5)) {
      assertEquals(ReasonCode.PACKET_TOO_LARGE, decoding.refuses(begin).reason());
    }
  }
}
