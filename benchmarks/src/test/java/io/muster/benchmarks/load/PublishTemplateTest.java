package io.muster.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PublishTemplateTest {

  @ParameterizedTest
  @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
  void theCodecReadsWhatItWrites(MqttVersion version) {
    var template = new PublishTemplate(version, "telemetry/demo/sensor-1");
    var out = Unpooled.buffer();
    template.writeTo(out, 0xabcd, 1_790_000_000_123L);
    template.writeTo(out, 1, 1_790_000_000_124L);
    assertEquals(2 * template.frameBytes(), out.readableBytes());

    var server = serverSpeaking(version);
    server.writeInbound(out);

    assertPublish(server, 0xabcd, 1_790_000_000_123L);
    assertPublish(server, 1, 1_790_000_000_124L);
    server.finishAndReleaseAll();
  }

  private static void assertPublish(EmbeddedChannel server, int packetIdentifier, long millis) {
    MqttPublishMessage publish = server.readInbound();
    assertEquals("telemetry/demo/sensor-1", publish.variableHeader().topicName());
    assertEquals(packetIdentifier, publish.variableHeader().packetId());
    assertEquals(MqttQoS.AT_LEAST_ONCE, publish.fixedHeader().qosLevel());
    assertEquals(112, publish.payload().readableBytes());
    var payload = publish.payload().toString(US_ASCII);
    assertEquals("{\"ts\":" + millis, payload.substring(0, 19));
    publish.release();
  }

  /** The decoder learns the version from the CONNECT that passes through it. */
  private static EmbeddedChannel serverSpeaking(MqttVersion version) {
    var client = new EmbeddedChannel(MqttEncoder.INSTANCE);
    client.writeOutbound(
        MqttMessageBuilders.connect().protocolVersion(version).clientId("c").build());
    var server = new EmbeddedChannel(new MqttDecoder());
    for (Object part = client.readOutbound(); part != null; part = client.readOutbound()) {
      server.writeInbound(part);
    }
    MqttMessage connect = server.readInbound();
    ReferenceCountUtil.release(connect);
    return server;
  }
}
