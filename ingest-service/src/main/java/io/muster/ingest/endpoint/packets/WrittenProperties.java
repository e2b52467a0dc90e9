package io.muster.ingest.endpoint.packets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Properties of a packet that the server sends, in the order in which they are added. */
public final class WrittenProperties {
  private static final int PAYLOAD_FORMAT_INDICATOR = 0x01;
  private static final int MESSAGE_EXPIRY = 0x02;
  private static final int CONTENT_TYPE = 0x03;
  private static final int RESPONSE_TOPIC = 0x08;
  private static final int CORRELATION_DATA = 0x09;
  private static final int SUBSCRIPTION_IDENTIFIER = 0x0B;
  private static final int SESSION_EXPIRY = 0x11;
  private static final int SERVER_KEEP_ALIVE = 0x13;
  private static final int REASON_STRING = 0x1F;
  private static final int RECEIVE_MAXIMUM = 0x21;
  private static final int TOPIC_ALIAS_MAXIMUM = 0x22;
  private static final int RETAIN_AVAILABLE = 0x25;
  private static final int USER_PROPERTY = 0x26;
  private static final int MAXIMUM_PACKET_SIZE = 0x27;
  private static final int WILDCARD_SUBSCRIPTION_AVAILABLE = 0x28;
  private static final int SUBSCRIPTION_IDENTIFIER_AVAILABLE = 0x29;
  private static final int SHARED_SUBSCRIPTION_AVAILABLE = 0x2A;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);

  public WrittenProperties sessionExpirySeconds(long seconds) {
    return fourBytes(SESSION_EXPIRY, seconds);
  }

  public WrittenProperties serverKeepAliveSeconds(int seconds) {
    return twoBytes(SERVER_KEEP_ALIVE, seconds);
  }

  public WrittenProperties reasonString(String reason) {
    return string(REASON_STRING, reason);
  }

  public WrittenProperties receiveMaximum(int messages) {
    return twoBytes(RECEIVE_MAXIMUM, messages);
  }

  public WrittenProperties topicAliasMaximum(int aliases) {
    return twoBytes(TOPIC_ALIAS_MAXIMUM, aliases);
  }

  public WrittenProperties maximumPacketBytes(int maximum) {
    return fourBytes(MAXIMUM_PACKET_SIZE, maximum);
  }

  public WrittenProperties retainAvailable(boolean available) {
    return oneByte(RETAIN_AVAILABLE, available ? 1 : 0);
  }

  /** Whether wildcards, subscription identifiers and shared subscriptions are served. */
  public WrittenProperties subscriptionsAvailable(
      boolean wildcards, boolean identifiers, boolean shared) {
    return oneByte(WILDCARD_SUBSCRIPTION_AVAILABLE, wildcards ? 1 : 0)
        .oneByte(SUBSCRIPTION_IDENTIFIER_AVAILABLE, identifiers ? 1 : 0)
        .oneByte(SHARED_SUBSCRIPTION_AVAILABLE, shared ? 1 : 0);
  }

  public WrittenProperties payloadFormatIndicator(int indicator) {
    return oneByte(PAYLOAD_FORMAT_INDICATOR, indicator);
  }

  public WrittenProperties messageExpirySeconds(long seconds) {
    return fourBytes(MESSAGE_EXPIRY, seconds);
  }

  public WrittenProperties contentType(String contentType) {
    return string(CONTENT_TYPE, contentType);
  }

  public WrittenProperties responseTopic(String topic) {
    return string(RESPONSE_TOPIC, topic);
  }

  public WrittenProperties correlationData(byte[] data) {
    bytes.write(CORRELATION_DATA);
    shortAndBytes(data);
    return this;
  }

  public WrittenProperties subscriptionIdentifier(int identifier) {
    bytes.write(SUBSCRIPTION_IDENTIFIER);
    var rest = identifier;
    while (rest >= 0x80) {
      bytes.write(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    bytes.write(rest);
    return this;
  }

  public WrittenProperties userProperty(String name, String value) {
    bytes.write(USER_PROPERTY);
    shortAndBytes(name.getBytes(StandardCharsets.UTF_8));
    shortAndBytes(value.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  WrittenProperties string(int identifier, String value) {
    bytes.write(identifier);
    shortAndBytes(value.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  private WrittenProperties oneByte(int identifier, int value) {
    bytes.write(identifier);
    bytes.write(value);
    return this;
  }

  private WrittenProperties twoBytes(int identifier, int value) {
    bytes.write(identifier);
    writeShort(value);
    return this;
  }

  private WrittenProperties fourBytes(int identifier, long value) {
    bytes.write(identifier);
    writeShort((int) (value >>> 16));
    writeShort((int) value);
    return this;
  }

  private void shortAndBytes(byte[] value) {
    writeShort(value.length);
    bytes.writeBytes(value);
  }

  private void writeShort(int value) {
    bytes.write(value >>> 8);
    bytes.write(value);
  }

  int sizeWithLength() {
    return PacketWriter.variableByteIntegerBytes(bytes.size()) + bytes.size();
  }

  void writeTo(ByteBuf out) {
    PacketWriter.variableByteInteger(out, bytes.size());
    out.writeBytes(bytes.toByteArray());
  }

  @Override
  public String toString() {
    return ByteBufUtil.hexDump(bytes.toByteArray());
  }
}
