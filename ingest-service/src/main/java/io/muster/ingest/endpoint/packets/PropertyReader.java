package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.MalformedPacketException.protocolError;

import io.muster.contract.message.UserProperties;

/**
 * Reads properties, each only in the packets where MQTT 5 §2.2.2.2 puts it, each at most once (but
 * user properties), and with a value that it may have.
 */
final class PropertyReader {
  private static final int PAYLOAD_FORMAT_INDICATOR = 0x01;
  private static final int MESSAGE_EXPIRY = 0x02;
  private static final int CONTENT_TYPE = 0x03;
  private static final int RESPONSE_TOPIC = 0x08;
  private static final int CORRELATION_DATA = 0x09;
  private static final int SUBSCRIPTION_IDENTIFIER = 0x0B;
  private static final int SESSION_EXPIRY = 0x11;
  private static final int AUTHENTICATION_METHOD = 0x15;
  private static final int AUTHENTICATION_DATA = 0x16;
  private static final int REQUEST_PROBLEM_INFORMATION = 0x17;
  private static final int WILL_DELAY = 0x18;
  private static final int REQUEST_RESPONSE_INFORMATION = 0x19;
  private static final int REASON_STRING = 0x1F;
  private static final int RECEIVE_MAXIMUM = 0x21;
  private static final int TOPIC_ALIAS_MAXIMUM = 0x22;
  private static final int TOPIC_ALIAS = 0x23;
  private static final int USER_PROPERTY = 0x26;
  private static final int MAXIMUM_PACKET_SIZE = 0x27;

  /** Where properties stand; each knows which ones. */
  enum Place {
    CONNECT(
        SESSION_EXPIRY,
        AUTHENTICATION_METHOD,
        AUTHENTICATION_DATA,
        REQUEST_PROBLEM_INFORMATION,
        REQUEST_RESPONSE_INFORMATION,
        RECEIVE_MAXIMUM,
        TOPIC_ALIAS_MAXIMUM,
        USER_PROPERTY,
        MAXIMUM_PACKET_SIZE),
    WILL(
        PAYLOAD_FORMAT_INDICATOR,
        MESSAGE_EXPIRY,
        CONTENT_TYPE,
        RESPONSE_TOPIC,
        CORRELATION_DATA,
        WILL_DELAY,
        USER_PROPERTY),
    // A client sends no subscription identifier in PUBLISH (MQTT 5 §3.3.4).
    PUBLISH(
        PAYLOAD_FORMAT_INDICATOR,
        MESSAGE_EXPIRY,
        CONTENT_TYPE,
        RESPONSE_TOPIC,
        CORRELATION_DATA,
        TOPIC_ALIAS,
        USER_PROPERTY),
    ACKNOWLEDGEMENT(REASON_STRING, USER_PROPERTY),
    SUBSCRIBE(SUBSCRIPTION_IDENTIFIER, USER_PROPERTY),
    UNSUBSCRIBE(USER_PROPERTY),
    DISCONNECT(SESSION_EXPIRY, REASON_STRING, USER_PROPERTY),
    AUTH(AUTHENTICATION_METHOD, AUTHENTICATION_DATA, REASON_STRING, USER_PROPERTY);

    private final long allowed;

    Place(int... identifiers) {
      long bits = 0;
      for (var identifier : identifiers) {
        bits |= 1L << identifier;
      }
      allowed = bits;
    }
  }

  private final PacketBody body;
  private final int maxUserProperties;

  /** Of the packet that is being read; null when it has none yet. */
  private UserProperties.Builder userProperties;

  PropertyReader(PacketBody body, int maxUserProperties) {
    this.body = body;
    this.maxUserProperties = maxUserProperties;
  }

  Properties read(Place place) throws MalformedPacketException {
    var length = body.variableByteInteger();
    if (length == 0) {
      return Properties.NONE;
    }
    var outer = body.narrow(length);
    var properties = new Properties();
    userProperties = null;
    long seen = 0;
    while (body.remaining() > 0) {
      var identifier = body.variableByteInteger();
      if (identifier > 63 || (place.allowed & (1L << identifier)) == 0) {
        throw protocolError("property " + identifier + " does not belong here");
      }
      var bit = 1L << identifier;
      if (identifier != USER_PROPERTY && (seen & bit) != 0) {
        throw protocolError("property " + identifier + " twice");
      }
      seen |= bit;
      readInto(properties, identifier);
    }
    body.widen(outer);
    if (userProperties != null) {
      properties.userProperties = userProperties.build();
    }
    if ((seen & 1L << AUTHENTICATION_DATA) != 0 && properties.authenticationMethod == null) {
      // MQTT 5 §3.1.2.11.10, §3.15.2.2.3.
      throw protocolError("authentication data without a method");
    }
    return properties;
  }

  private void readInto(Properties into, int identifier) throws MalformedPacketException {
    switch (identifier) {
      case PAYLOAD_FORMAT_INDICATOR -> into.payloadFormatIndicator = flag(identifier);
      case MESSAGE_EXPIRY -> into.messageExpirySeconds = body.unsignedInt();
      case CONTENT_TYPE -> into.contentType = body.string();
      case RESPONSE_TOPIC -> into.responseTopic = responseTopic();
      case CORRELATION_DATA -> into.correlationData = body.binary();
      case SUBSCRIPTION_IDENTIFIER ->
          into.subscriptionIdentifier = notZero(identifier, body.variableByteInteger());
      case SESSION_EXPIRY -> into.sessionExpirySeconds = body.unsignedInt();
      case AUTHENTICATION_METHOD -> into.authenticationMethod = body.string();
      case REQUEST_PROBLEM_INFORMATION -> into.requestProblemInformation = flag(identifier);
      case WILL_DELAY -> into.willDelaySeconds = body.unsignedInt();
      case RECEIVE_MAXIMUM -> into.receiveMaximum = notZero(identifier, body.unsignedShort());
      case TOPIC_ALIAS_MAXIMUM -> into.topicAliasMaximum = body.unsignedShort();
      case TOPIC_ALIAS -> into.topicAlias = body.unsignedShort();
      case MAXIMUM_PACKET_SIZE -> into.maximumPacketBytes = maximumPacketBytes();
      case USER_PROPERTY -> userProperty();
      // Read for their form; nobody asks for them.
      case AUTHENTICATION_DATA -> body.binary();
      case REASON_STRING -> body.string();
      case REQUEST_RESPONSE_INFORMATION -> flag(identifier);
      default -> throw protocolError("unknown property " + identifier);
    }
  }

  private int flag(int identifier) throws MalformedPacketException {
    var value = body.unsignedByte();
    if (value > 1) {
      throw protocolError("property " + identifier + " must be 0 or 1");
    }
    return value;
  }

  private static int notZero(int identifier, int value) throws MalformedPacketException {
    if (value == 0) {
      throw protocolError("property " + identifier + " must not be 0");
    }
    return value;
  }

  private long maximumPacketBytes() throws MalformedPacketException {
    var bytes = body.unsignedInt();
    if (bytes == 0) {
      throw protocolError("maximum packet size 0");
    }
    return bytes;
  }

  private String responseTopic() throws MalformedPacketException {
    var topic = body.string();
    if (topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
      throw protocolError("a response topic with a wildcard");
    }
    return topic;
  }

  /** Bounded by their number too: each costs many times its bytes. */
  private void userProperty() throws MalformedPacketException {
    if (userProperties == null) {
      userProperties = UserProperties.builder();
    }
    userProperties.add(body.string(), body.string());
    if (userProperties.size() > maxUserProperties) {
      throw new MalformedPacketException(
          ReasonCode.QUOTA_EXCEEDED, "more than " + maxUserProperties + " user properties");
    }
  }
}
