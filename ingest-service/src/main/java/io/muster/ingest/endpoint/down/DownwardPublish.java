package io.muster.ingest.endpoint.down;

import io.muster.ingest.endpoint.packets.PacketWriter;
import io.muster.ingest.endpoint.packets.WrittenProperties;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.netty.buffer.ByteBuf;

/** Writes a waiting message as the PUBLISH that its client gets. Stateless. */
final class DownwardPublish {
  /** MQTT 5 §3.3.1.1. */
  private static final int DUPLICATE = 0x08;

  private DownwardPublish() {}

  /** Null at MQTT 3.1.1. */
  static WrittenProperties properties(ActiveSession session, Waiting waiting, long nowNanos) {
    if (!session.isMqtt5()) {
      return null;
    }
    var message = waiting.message();
    var properties = new WrittenProperties();
    if (message.payloadFormat() != null) {
      properties.payloadFormatIndicator(message.payloadFormat());
    }
    if (message.messageExpirySeconds() >= 0) {
      properties.messageExpirySeconds(waiting.remainingSeconds(nowNanos));
    }
    if (message.contentType() != null) {
      properties.contentType(message.contentType());
    }
    if (message.responseTopic() != null) {
      properties.responseTopic(message.responseTopic());
    }
    if (message.correlationData() != null) {
      properties.correlationData(message.correlationData());
    }
    message.userProperties().forEach(properties::userProperty);
    waiting.match().identifiers().forEach(properties::subscriptionIdentifier);
    return properties;
  }

  static int bytes(Waiting waiting, WrittenProperties properties) {
    var message = waiting.message();
    return PacketWriter.publishBytes(
        message.topic().deviceName(), waiting.qos(), message.payload(), properties);
  }

  /**
   * @param duplicate whether it may have been sent before
   */
  static void write(
      ByteBuf out,
      Waiting waiting,
      int packetIdentifier,
      boolean duplicate,
      WrittenProperties properties) {
    var message = waiting.message();
    var first = out.writerIndex();
    PacketWriter.publish(
        out,
        message.topic().deviceName(),
        waiting.qos(),
        packetIdentifier,
        message.payload(),
        properties);
    if (duplicate) {
      out.setByte(first, out.getByte(first) | DUPLICATE);
    }
  }
}
