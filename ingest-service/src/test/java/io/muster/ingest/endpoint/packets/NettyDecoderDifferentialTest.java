package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.MqttPropertyType;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What we write Netty's decoder reads as what it was. */
class NettyDecoderDifferentialTest {
  private static final long SEED = 20_240_607;

  /** A channel whose decoder knows of the version. */
  private static EmbeddedChannel decoder(ProtocolVersion version) {
    var channel = new EmbeddedChannel(new MqttDecoder(1 << 20));
    var connect = version == MQTT_5 ? Decoding.CONNECT_5 : Decoding.CONNECT_3;
    channel.writeInbound(Unpooled.wrappedBuffer(connect));
    channel.readInbound();
    return channel;
  }

  @SuppressWarnings("unchecked")
  private static <T extends MqttMessage> T read(ProtocolVersion version, Consumer<ByteBuf> packet) {
    var channel = decoder(version);
    var out = Unpooled.buffer();
    packet.accept(out);
    channel.writeInbound(out);
    var message = (MqttMessage) channel.readInbound();
    assertTrue(message.decoderResult().isSuccess(), () -> message.decoderResult().toString());
    assertNull(channel.readInbound());
    return (T) message;
  }

  private static Object value(MqttProperties properties, MqttPropertyType type) {
    return properties.getProperty(type.value()).value();
  }

  @Test
  void readsConnAckOfMqtt3() {
    MqttConnAckMessage read = read(MQTT_3_1_1, out -> PacketWriter.connAck3(out, true, 5));
    assertEquals(5, read.variableHeader().connectReturnCode().byteValue());
    assertTrue(read.variableHeader().isSessionPresent());
  }

  @Test
  void readsConnAckOfMqtt5() {
    var written =
        new WrittenProperties()
            .receiveMaximum(20)
            .maximumPacketBytes(1 << 20)
            .topicAliasMaximum(16)
            .retainAvailable(true)
            .subscriptionsAvailable(true, true, false)
            .sessionExpirySeconds(3_600)
            .serverKeepAliveSeconds(1_200)
            .reasonString("wélcome");
    MqttConnAckMessage read =
        read(MQTT_5, out -> PacketWriter.connAck5(out, false, ReasonCode.SUCCESS, written));
    var properties = read.variableHeader().properties();
    assertEquals(20, value(properties, MqttPropertyType.RECEIVE_MAXIMUM));
    assertEquals(1 << 20, value(properties, MqttPropertyType.MAXIMUM_PACKET_SIZE));
    assertEquals(16, value(properties, MqttPropertyType.TOPIC_ALIAS_MAXIMUM));
    assertEquals(1, value(properties, MqttPropertyType.RETAIN_AVAILABLE));
    assertEquals(0, value(properties, MqttPropertyType.SHARED_SUBSCRIPTION_AVAILABLE));
    assertEquals(3_600, value(properties, MqttPropertyType.SESSION_EXPIRY_INTERVAL));
    assertEquals(1_200, value(properties, MqttPropertyType.SERVER_KEEP_ALIVE));
    assertEquals("wélcome", value(properties, MqttPropertyType.REASON_STRING));
  }

  @ParameterizedTest
  @EnumSource(ReasonCode.class)
  void readsEveryReasonOfARefusal(ReasonCode reason) {
    var written = new WrittenProperties().reasonString("why");
    MqttMessage disconnect = read(MQTT_5, out -> PacketWriter.disconnect5(out, reason, "why"));
    var header = (MqttReasonCodeAndPropertiesVariableHeader) disconnect.variableHeader();
    assertEquals(reason.code(), header.reasonCode() & 0xFF);
    assertEquals("why", value(header.properties(), MqttPropertyType.REASON_STRING));
    if (reason.isError() && isOfConnAck(reason)) {
      MqttConnAckMessage refused =
          read(MQTT_5, out -> PacketWriter.connAck5(out, false, reason, written));
      var code = refused.variableHeader().connectReturnCode().byteValue() & 0xFF;
      assertEquals(reason.code(), code);
    }
  }

  /** MQTT 5 §2.4: these never stand in CONNACK. */
  private static boolean isOfConnAck(ReasonCode reason) {
    return switch (reason) {
      case SERVER_SHUTTING_DOWN,
          KEEP_ALIVE_TIMEOUT,
          SESSION_TAKEN_OVER,
          TOPIC_FILTER_INVALID,
          PACKET_IDENTIFIER_NOT_FOUND,
          RECEIVE_MAXIMUM_EXCEEDED,
          TOPIC_ALIAS_INVALID,
          ADMINISTRATIVE_ACTION,
          SHARED_SUBSCRIPTIONS_NOT_SUPPORTED ->
          false;
      default -> true;
    };
  }

  @ParameterizedTest
  @EnumSource
  void readsAcknowledgements(ProtocolVersion version) {
    MqttMessage ack = read(version, out -> PacketWriter.pubAck(out, 258, ReasonCode.SUCCESS));
    assertEquals(MqttMessageType.PUBACK, ack.fixedHeader().messageType());
    assertEquals(258, ((MqttMessageIdVariableHeader) ack.variableHeader()).messageId());
    MqttMessage rec = read(version, out -> PacketWriter.pubRec(out, 7, ReasonCode.SUCCESS));
    assertEquals(MqttMessageType.PUBREC, rec.fixedHeader().messageType());
    MqttMessage comp = read(version, out -> PacketWriter.pubComp(out, 7, ReasonCode.SUCCESS));
    assertEquals(MqttMessageType.PUBCOMP, comp.fixedHeader().messageType());
  }

  @Test
  void readsTheReasonOfAnAcknowledgement() {
    MqttMessage ack = read(MQTT_5, out -> PacketWriter.pubAck(out, 258, ReasonCode.QUOTA_EXCEEDED));
    var header = (MqttPubReplyMessageVariableHeader) ack.variableHeader();
    assertEquals(258, header.messageId());
    assertEquals(0x97, header.reasonCode() & 0xFF);
  }

  @ParameterizedTest
  @EnumSource
  void readsSubAckAndUnsubAck(ProtocolVersion version) {
    var codes = List.of(0, 1, 0x80);
    MqttSubAckMessage sub = read(version, out -> PacketWriter.subAck(out, version, 9, codes));
    assertEquals(9, sub.variableHeader().messageId());
    assertEquals(codes, sub.payload().reasonCodes());
    MqttUnsubAckMessage unsub =
        read(version, out -> PacketWriter.unsubAck(out, version, 9, List.of(0, 0x11)));
    assertEquals(9, unsub.variableHeader().messageId());
    if (version == MQTT_5) {
      assertEquals(List.of((short) 0, (short) 0x11), unsub.payload().unsubscribeReasonCodes());
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsPublish(ProtocolVersion version) {
    var random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      var text = new RandomProperties(random);
      var topic = "t/" + text.text();
      var qos = random.nextInt(2);
      var identifier = qos == 0 ? 0 : 1 + random.nextInt(65_535);
      var payload = new byte[random.nextInt(round % 10 == 0 ? 40_000 : 300)];
      random.nextBytes(payload);
      // Its last property is a long one: see NettyDecoderDefectTest.
      var written =
          new WrittenProperties()
              .subscriptionIdentifier(1 + random.nextInt(268_435_455))
              .messageExpirySeconds(random.nextInt(100_000))
              .contentType(text.text())
              .responseTopic(text.text())
              .correlationData(text.text().getBytes(UTF_8))
              .userProperty(text.text(), text.text());
      var properties = version == MQTT_5 ? written : null;
      MqttPublishMessage read =
          read(
              version,
              out -> PacketWriter.publish(out, topic, qos, identifier, payload, properties));
      assertEquals(topic, read.variableHeader().topicName());
      assertEquals(qos, read.fixedHeader().qosLevel().value());
      assertEquals(qos == 0 ? -1 : identifier, read.variableHeader().packetId());
      assertArrayEquals(payload, ByteBufUtil.getBytes(read.payload()));
      assertEquals(version == MQTT_5 ? 6 : 0, read.variableHeader().properties().listAll().size());
      read.release();
    }
  }
}
