package io.muster.ingest.endpoint.packets;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.BinaryProperty;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.MqttPropertyType;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttProperties.UserProperty;
import java.util.Random;
import java.util.TreeMap;

/** Properties by chance, as Netty has them and as {@link Shown} shows them. */
final class RandomProperties {
  private static final String[] LETTERS = {"a", "Z", "7", "-", "é", "水", "\uD83D\uDE00"};
  private static final String[] ORDER = {
    "format",
    "expiry",
    "type",
    "response",
    "correlation",
    "session",
    "problem",
    "receive",
    "aliases",
    "alias",
    "packet"
  };

  private final Random random;
  private final MqttProperties properties = new MqttProperties();
  private final TreeMap<String, Object> shown = new TreeMap<>();
  private final StringBuilder users = new StringBuilder();

  RandomProperties(Random random) {
    this.random = random;
  }

  MqttProperties ofConnect() {
    number(MqttPropertyType.SESSION_EXPIRY_INTERVAL, "session", 100_000);
    number(MqttPropertyType.RECEIVE_MAXIMUM, "receive", 65_535);
    number(MqttPropertyType.MAXIMUM_PACKET_SIZE, "packet", 1 << 28);
    number(MqttPropertyType.TOPIC_ALIAS_MAXIMUM, "aliases", 65_535);
    number(MqttPropertyType.REQUEST_PROBLEM_INFORMATION, "problem", 1);
    userProperties();
    return properties;
  }

  MqttProperties ofPublish() {
    number(MqttPropertyType.PAYLOAD_FORMAT_INDICATOR, "format", 1);
    number(MqttPropertyType.PUBLICATION_EXPIRY_INTERVAL, "expiry", 100_000);
    number(MqttPropertyType.TOPIC_ALIAS, "alias", 65_535);
    string(MqttPropertyType.CONTENT_TYPE, "type");
    string(MqttPropertyType.RESPONSE_TOPIC, "response");
    if (random.nextBoolean()) {
      var value = text();
      var type = MqttPropertyType.CORRELATION_DATA.value();
      properties.add(new BinaryProperty(type, value.getBytes(UTF_8)));
      shown.put("correlation", value);
    }
    userProperties();
    return properties;
  }

  MqttProperties ofAcknowledgement() {
    if (random.nextBoolean()) {
      properties.add(new StringProperty(MqttPropertyType.REASON_STRING.value(), text()));
    }
    userProperties();
    return properties;
  }

  private void number(MqttPropertyType type, String name, int most) {
    if (random.nextBoolean()) {
      var value = 1 + random.nextInt(most);
      properties.add(new IntegerProperty(type.value(), value));
      shown.put(name, value);
    }
  }

  private void string(MqttPropertyType type, String name) {
    if (random.nextBoolean()) {
      var value = text();
      properties.add(new StringProperty(type.value(), value));
      shown.put(name, value);
    }
  }

  private void userProperties() {
    var count = random.nextInt(1 + Decoding.LIMITS.userProperties());
    for (int i = 0; i < count; i++) {
      var value = text();
      properties.add(new UserProperty("k" + i, value));
      users.append(" k").append(i).append(':').append(value);
    }
  }

  String shown() {
    var line = new StringBuilder();
    for (var name : ORDER) {
      if (shown.containsKey(name)) {
        line.append(' ').append(name).append('=').append(shown.get(name));
      }
    }
    return "{" + line.append(users).toString().trim() + "}";
  }

  String text() {
    var text = new StringBuilder();
    for (int i = random.nextInt(20); i >= 0; i--) {
      text.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }
}
