package io.muster.ingest.endpoint.packetlog;

import io.muster.ingest.endpoint.packets.Properties;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What is shown of MQTT 5 properties (§2.2.2.2): numbers as they are, of everything else the name;
 * of a reason string, which is always ours, the words. Stateless.
 */
final class PropertyNames {
  static final String FIELD = "properties";
  private static final int MAX_NAME_CHARACTERS = 64;

  private PropertyNames() {}

  /**
   * Puts what a client sent, unless there is none.
   *
   * @param field under which
   */
  static void of(Properties properties, String field, Map<String, Object> fields) {
    var names = new ArrayList<String>();
    number(names, "payload-format-indicator", properties.payloadFormatIndicator());
    number(names, "message-expiry-interval", properties.messageExpirySeconds());
    present(names, "content-type", properties.contentType());
    present(names, "response-topic", properties.responseTopic());
    present(names, "correlation-data", properties.correlationData());
    number(names, "subscription-identifier", properties.subscriptionIdentifier());
    number(names, "session-expiry-interval", properties.sessionExpirySeconds());
    present(names, "authentication-method", properties.authenticationMethod());
    number(names, "will-delay-interval", properties.willDelaySeconds());
    number(names, "request-problem-information", properties.requestProblemInformation());
    number(names, "receive-maximum", properties.receiveMaximum());
    number(names, "topic-alias-maximum", properties.topicAliasMaximum());
    number(names, "topic-alias", properties.topicAlias());
    number(names, "maximum-packet-size", properties.maximumPacketBytes());
    properties.userProperties().forEach((name, _) -> names.add(userProperty(name)));
    put(names, field, fields);
  }

  private static void number(List<String> names, String name, long value) {
    if (value != Properties.ABSENT) {
      names.add(name + "=" + value);
    }
  }

  private static void present(List<String> names, String name, Object value) {
    if (value != null) {
      names.add(name);
    }
  }

  private static String userProperty(String name) {
    var cut = name.length() > MAX_NAME_CHARACTERS ? name.substring(0, MAX_NAME_CHARACTERS) : name;
    return "user-property:" + Shown.text(cut);
  }

  private static void put(List<String> names, String field, Map<String, Object> fields) {
    if (!names.isEmpty()) {
      fields.put(field, Shown.list(names));
    }
  }

  /** Reads the properties that we sent, with their length before them. */
  static void read(ByteBuf in, Map<String, Object> fields) {
    var properties = in.readSlice(variableByteInteger(in));
    var names = new ArrayList<String>();
    while (properties.isReadable()) {
      one(properties, names, fields);
    }
    put(names, FIELD, fields);
  }

  private static void one(ByteBuf in, List<String> names, Map<String, Object> fields) {
    int identifier = in.readUnsignedByte();
    switch (identifier) {
      case 0x01 -> number(names, "payload-format-indicator", in.readByte());
      case 0x02 -> number(names, "message-expiry-interval", in.readUnsignedInt());
      case 0x03 -> skip(in, names, "content-type");
      case 0x08 -> skip(in, names, "response-topic");
      case 0x09 -> skip(in, names, "correlation-data");
      case 0x0B -> number(names, "subscription-identifier", variableByteInteger(in));
      case 0x11 -> number(names, "session-expiry-interval", in.readUnsignedInt());
      case 0x12 -> skip(in, names, "assigned-client-identifier");
      case 0x13 -> number(names, "server-keep-alive", in.readUnsignedShort());
      case 0x1C -> skip(in, names, "server-reference");
      case 0x1F -> fields.put("reasonString", Shown.text(string(in)));
      case 0x21 -> number(names, "receive-maximum", in.readUnsignedShort());
      case 0x22 -> number(names, "topic-alias-maximum", in.readUnsignedShort());
      case 0x23 -> number(names, "topic-alias", in.readUnsignedShort());
      case 0x24 -> number(names, "maximum-qos", in.readByte());
      case 0x25 -> number(names, "retain-available", in.readByte());
      case 0x26 -> {
        names.add(userProperty(string(in)));
        string(in);
      }
      case 0x27 -> number(names, "maximum-packet-size", in.readUnsignedInt());
      case 0x28 -> number(names, "wildcard-subscription-available", in.readByte());
      case 0x29 -> number(names, "subscription-identifiers-available", in.readByte());
      case 0x2A -> number(names, "shared-subscription-available", in.readByte());
      default -> {
        names.add(Shown.code(identifier));
        in.skipBytes(in.readableBytes());
      }
    }
  }

  private static void skip(ByteBuf in, List<String> names, String name) {
    in.skipBytes(in.readUnsignedShort());
    names.add(name);
  }

  private static String string(ByteBuf in) {
    return in.readCharSequence(in.readUnsignedShort(), StandardCharsets.UTF_8).toString();
  }

  static int variableByteInteger(ByteBuf in) {
    int value = 0;
    int shift = 0;
    int digit;
    do {
      digit = in.readUnsignedByte();
      value |= (digit & 0x7F) << shift;
      shift += 7;
    } while (digit >= 0x80);
    return value;
  }
}
