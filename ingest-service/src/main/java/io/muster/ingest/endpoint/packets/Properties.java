package io.muster.ingest.endpoint.packets;

import io.muster.contract.message.UserProperties;

/**
 * The properties of a packet that a client may send (MQTT 5 §2.2.2). Numbers that were not sent are
 * {@link #ABSENT}, everything else null. Filled by {@link PropertyReader}, unchanged afterwards.
 */
public final class Properties {
  /** For a number that was not sent; none may be negative. */
  public static final int ABSENT = -1;

  /** No properties at all, as in most packets and in all of MQTT 3.1.1. */
  public static final Properties NONE = new Properties();

  int payloadFormatIndicator = ABSENT;
  long messageExpirySeconds = ABSENT;
  String contentType;
  String responseTopic;
  byte[] correlationData;
  int subscriptionIdentifier = ABSENT;
  long sessionExpirySeconds = ABSENT;
  String authenticationMethod;
  long willDelaySeconds = ABSENT;
  int requestProblemInformation = ABSENT;
  int receiveMaximum = ABSENT;
  int topicAliasMaximum = ABSENT;
  int topicAlias = ABSENT;
  long maximumPacketBytes = ABSENT;
  UserProperties userProperties = UserProperties.NONE;

  Properties() {}

  /** What they hold in memory, at most about; strings may take two bytes for each character. */
  public int heldBytes() {
    var bytes = correlationData == null ? 0 : correlationData.length;
    bytes += heldBytes(contentType) + heldBytes(responseTopic) + heldBytes(authenticationMethod);
    return bytes + userProperties.heldBytes();
  }

  static int heldBytes(String text) {
    return text == null ? 0 : 2 * text.length();
  }

  public int payloadFormatIndicator() {
    return payloadFormatIndicator;
  }

  public long messageExpirySeconds() {
    return messageExpirySeconds;
  }

  public String contentType() {
    return contentType;
  }

  public String responseTopic() {
    return responseTopic;
  }

  public byte[] correlationData() {
    return correlationData;
  }

  public int subscriptionIdentifier() {
    return subscriptionIdentifier;
  }

  public long sessionExpirySeconds() {
    return sessionExpirySeconds;
  }

  public String authenticationMethod() {
    return authenticationMethod;
  }

  public long willDelaySeconds() {
    return willDelaySeconds;
  }

  public int requestProblemInformation() {
    return requestProblemInformation;
  }

  public int receiveMaximum() {
    return receiveMaximum;
  }

  public int topicAliasMaximum() {
    return topicAliasMaximum;
  }

  public int topicAlias() {
    return topicAlias;
  }

  public long maximumPacketBytes() {
    return maximumPacketBytes;
  }

  /** Never null. */
  public UserProperties userProperties() {
    return userProperties;
  }
}
