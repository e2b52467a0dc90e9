package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Netty's encoder writes we read as what it was. */
class NettyEncoderDifferentialTest {
  private static final long SEED = 20_240_607;
  private static final int ROUNDS = 300;

  private final Random random = new Random(SEED);
  private final EmbeddedChannel encoder = new EmbeddedChannel(MqttEncoder.INSTANCE);

  private Packet read(Decoding decoding, MqttMessage message) {
    encoder.writeOutbound(message);
    for (ByteBuf out = encoder.readOutbound(); out != null; out = encoder.readOutbound()) {
      var bytes = new byte[out.readableBytes()];
      out.readBytes(bytes).release();
      decoding.feed(bytes);
    }
    var packet = decoding.next();
    assertNull(decoding.next());
    return packet;
  }

  /** A decoder and an encoder that agree on the version. */
  private Decoding begin(ProtocolVersion version) {
    var decoding = Decoding.ofStranger();
    read(decoding, connect(version).clientId("ab").build());
    return decoding;
  }

  private static MqttMessageBuilders.ConnectBuilder connect(ProtocolVersion version) {
    return MqttMessageBuilders.connect()
        .protocolVersion(version == MQTT_5 ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1);
  }

  @ParameterizedTest
  @EnumSource
  void readsConnect(ProtocolVersion version) {
    for (int round = 0; round < ROUNDS; round++) {
      var properties = new RandomProperties(random);
      var clean = random.nextBoolean();
      var keepAlive = random.nextInt(65_536);
      var qos = random.nextInt(3);
      var retain = random.nextBoolean();
      var will = new byte[random.nextInt(40)];
      random.nextBytes(will);
      var client = properties.text();
      var user = properties.text();
      var message =
          connect(version)
              .clientId(client)
              .cleanSession(clean)
              .keepAlive(keepAlive)
              .username(user)
              .password(user.getBytes(UTF_8))
              .willFlag(true)
              .willTopic("w/" + client)
              .willMessage(will)
              .willQoS(MqttQoS.valueOf(qos))
              .willRetain(retain)
              .properties(version == MQTT_5 ? properties.ofConnect() : MqttProperties.NO_PROPERTIES)
              .willProperties(MqttProperties.NO_PROPERTIES)
              .build();
      try (var decoding = Decoding.ofStranger()) {
        var read = (Packet.Connect) read(decoding, message);
        assertEquals(version, read.version());
        assertEquals(client, read.clientIdentifier());
        assertEquals(clean, read.cleanStart());
        assertEquals(keepAlive, read.keepAliveSeconds());
        assertEquals(user, read.userName());
        assertArrayEquals(user.getBytes(UTF_8), read.password());
        assertEquals("w/" + client, read.will().topic());
        assertArrayEquals(will, read.will().payload());
        assertEquals(qos, read.will().qos());
        assertEquals(retain, read.will().retain());
        assertEquals(version == MQTT_5 ? properties.shown() : "{}", Shown.of(read.properties()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsPublish(ProtocolVersion version) {
    try (var decoding = begin(version)) {
      for (int round = 0; round < ROUNDS; round++) {
        var properties = new RandomProperties(random);
        var qos = random.nextInt(3);
        var identifier = 1 + random.nextInt(65_535);
        var retain = random.nextBoolean();
        var payload = new byte[random.nextInt(round % 10 == 0 ? 40_000 : 300)];
        random.nextBytes(payload);
        var topic = "t/" + properties.text();
        var message =
            MqttMessageBuilders.publish()
                .topicName(topic)
                .qos(MqttQoS.valueOf(qos))
                .retained(retain)
                .messageId(identifier)
                .payload(Unpooled.wrappedBuffer(payload))
                .properties(
                    version == MQTT_5 ? properties.ofPublish() : MqttProperties.NO_PROPERTIES)
                .build();
        var read = (Packet.Publish) read(decoding, message);
        assertEquals(topic, read.topic());
        assertEquals(qos, read.qos());
        assertEquals(retain, read.retain());
        assertEquals(qos == 0 ? 0 : identifier, read.packetIdentifier());
        assertArrayEquals(payload, read.payload());
        assertEquals(version == MQTT_5 ? properties.shown() : "{}", Shown.of(read.properties()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsSubscribeAndUnsubscribe(ProtocolVersion version) {
    try (var decoding = begin(version)) {
      for (int round = 0; round < ROUNDS; round++) {
        var identifier = 1 + random.nextInt(65_535);
        var subscribe = MqttMessageBuilders.subscribe().messageId(identifier);
        var unsubscribe = MqttMessageBuilders.unsubscribe().messageId(identifier);
        List<String> shown = new ArrayList<>();
        List<String> filters = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(Decoding.LIMITS.filters()); i++) {
          var qos = random.nextInt(3);
          subscribe.addSubscription(MqttQoS.valueOf(qos), "a/+/" + i);
          unsubscribe.addTopicFilter("a/+/" + i);
          shown.add("a/+/" + i + "=" + qos);
          filters.add("a/+/" + i);
        }
        assertEquals(
            "SUBSCRIBE " + identifier + " " + String.join(",", shown) + " {}",
            Shown.of(read(decoding, subscribe.build())));
        assertEquals(
            "UNSUBSCRIBE " + identifier + " " + String.join(",", filters),
            Shown.of(read(decoding, unsubscribe.build())));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsAcknowledgements(ProtocolVersion version) {
    try (var decoding = begin(version)) {
      for (var type :
          List.of(
              MqttMessageType.PUBACK,
              MqttMessageType.PUBREC,
              MqttMessageType.PUBREL,
              MqttMessageType.PUBCOMP)) {
        for (int code : new int[] {0, 0x10, 0x92}) {
          var identifier = 1 + random.nextInt(65_535);
          var read = read(decoding, acknowledgement(version, type, identifier, code));
          var expected = version == MQTT_5 ? code : 0;
          assertEquals(type + " " + identifier + " " + expected, Shown.of(read));
        }
      }
    }
  }

  private MqttMessage acknowledgement(
      ProtocolVersion version, MqttMessageType type, int identifier, int code) {
    var qos = type == MqttMessageType.PUBREL ? MqttQoS.AT_LEAST_ONCE : MqttQoS.AT_MOST_ONCE;
    var header = new MqttFixedHeader(type, false, qos, false, 0);
    var five = version == MQTT_5;
    var properties = new RandomProperties(random).ofAcknowledgement();
    return new MqttMessage(
        header,
        five
            ? new MqttPubReplyMessageVariableHeader(identifier, (byte) code, properties)
            : MqttMessageIdVariableHeader.from(identifier));
  }

  @ParameterizedTest
  @EnumSource
  void readsPingReqAndDisconnect(ProtocolVersion version) {
    try (var decoding = begin(version)) {
      assertEquals("PINGREQ", Shown.of(read(decoding, MqttMessage.PINGREQ)));
      assertEquals("DISCONNECT 0 {}", Shown.of(read(decoding, MqttMessage.DISCONNECT)));
      if (version == MQTT_5) {
        var header =
            new MqttFixedHeader(MqttMessageType.DISCONNECT, false, MqttQoS.AT_MOST_ONCE, false, 0);
        var properties = new RandomProperties(random);
        var variable =
            new MqttReasonCodeAndPropertiesVariableHeader(
                (byte) 0x04, properties.ofAcknowledgement());
        assertEquals(
            "DISCONNECT 4 " + properties.shown(),
            Shown.of(read(decoding, new MqttMessage(header, variable))));
      }
    }
  }
}
