package io.muster.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttVersion;

/**
 * A QoS 1 PUBLISH that Netty's codec encoded once; each message is a copy of it with its own packet
 * identifier and payload. Not thread-safe: one for each connection.
 */
final class PublishTemplate {
  private final PayloadTemplate payload = new PayloadTemplate();
  private final byte[] frame;
  private final int packetIdentifierOffset;
  private final int payloadOffset;

  /**
   * @param topicName where to; telemetry of the device that is connected
   */
  PublishTemplate(MqttVersion version, String topicName) {
    frame = encoded(version, topicName);
    payloadOffset = frame.length - PayloadTemplate.BYTES;
    // MQTT 5 puts its properties, here one byte for none, between the identifier and the payload.
    packetIdentifierOffset = payloadOffset - (version == MqttVersion.MQTT_5 ? 3 : 2);
  }

  int frameBytes() {
    return frame.length;
  }

  /** Appends the next message. */
  void writeTo(ByteBuf out, int packetIdentifier, long epochMillis) {
    frame[packetIdentifierOffset] = (byte) (packetIdentifier >>> 8);
    frame[packetIdentifierOffset + 1] = (byte) packetIdentifier;
    out.writeBytes(frame, 0, payloadOffset).writeBytes(payload.next(epochMillis));
  }

  private static byte[] encoded(MqttVersion version, String topicName) {
    var channel = new EmbeddedChannel(MqttEncoder.INSTANCE);
    try {
      // The encoder learns the version from the CONNECT that passes through it.
      channel.writeOutbound(connect(version));
      channel.<ByteBuf>readOutbound().release();
      channel.writeOutbound(
          MqttMessageBuilders.publish()
              .topicName(topicName)
              .qos(MqttQoS.AT_LEAST_ONCE)
              .messageId(1)
              .payload(Unpooled.wrappedBuffer(new PayloadTemplate().next(0).clone()))
              .build());
      return bytesOf(channel);
    } finally {
      channel.finishAndReleaseAll();
    }
  }

  private static MqttConnectMessage connect(MqttVersion version) {
    return MqttMessageBuilders.connect().protocolVersion(version).clientId("template").build();
  }

  private static byte[] bytesOf(EmbeddedChannel channel) {
    var all = Unpooled.buffer();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    var bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return bytes;
  }
}
