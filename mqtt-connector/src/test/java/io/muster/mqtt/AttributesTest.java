package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttributesTest {
  private static Config config(Map<String, String> attributes) {
    var all = new HashMap<>(Map.of("channel-name", "orders", "client-id", "shop"));
    all.putAll(attributes);
    return new SmallRyeConfigBuilder()
        .withSources(new PropertiesConfigSource(all, "test", 100))
        .build();
  }

  private static InboundSettings inbound(String... attributes) {
    var all = new HashMap<>(Map.of("failure-strategy", "redeliver"));
    for (var index = 0; index < attributes.length; index += 2) {
      all.put(attributes[index], attributes[index + 1]);
    }
    return InboundSettings.from(
        new MusterMqttConnectorIncomingConfiguration(config(all)), new NamedProviders());
  }

  private static OutboundSettings outbound(String... attributes) {
    var all = new HashMap<String, String>();
    for (var index = 0; index < attributes.length; index += 2) {
      all.put(attributes[index], attributes[index + 1]);
    }
    return OutboundSettings.from(
        new MusterMqttConnectorOutgoingConfiguration(config(all)), new NamedProviders());
  }

  @Test
  void defaultsAreSafe() {
    var settings = inbound();
    assertEquals(new LinkSettings.Address("localhost", 1883), settings.link().address());
    assertTrue(settings.link().tls().isEmpty());
    assertEquals(Duration.ofHours(24), settings.link().session().expiry());
    assertFalse(settings.link().session().cleanStart());
    assertEquals(1_000, settings.link().session().receiveMaximum());
    assertEquals("[orders]", settings.subscription().filters().toString());
    assertEquals(3, settings.retry().attempts());
  }

  @Test
  void theUrlTellsHostPortAndTls() {
    var plain = inbound("url", "mqtt://broker.example").link();
    assertEquals(new LinkSettings.Address("broker.example", 1883), plain.address());
    var secure = inbound("url", "mqtts://broker.example").link();
    assertEquals(new LinkSettings.Address("broker.example", 8883), secure.address());
    assertTrue(secure.tls().orElseThrow().verifyHostname());
    var other = inbound("url", "mqtts://[::1]:9999").link();
    assertEquals(9999, other.address().port());
  }

  @Test
  void filtersOfASharedGroupAreWrittenOut() {
    var settings = inbound("topic", "a/+, b/#", "shared-group", "shop").subscription();
    assertEquals("[$share/shop/a/+, $share/shop/b/#]", settings.filters().toString());
    assertTrue(settings.wants(com.hivemq.client.mqtt.datatypes.MqttTopic.of("a/x")));
    assertFalse(settings.wants(com.hivemq.client.mqtt.datatypes.MqttTopic.of("c")));
  }

  @Test
  void aSenderNeedsNoClientIdentifierAndKeepsNoSession() {
    var settings = outbound("topic", "a/b").link();
    assertTrue(settings.session().alwaysClean());
    assertEquals(Duration.ZERO, settings.session().expiry());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "url | http://broker",
        "url | broker",
        "port | 70000",
        "qos | 3",
        "receive-maximum | 0",
        "receive-maximum | 65536",
        "max-packet-size | 5",
        "session-expiry | soon",
        "keep-alive | 30h",
        "connect-timeout | 0s",
        "reconnect-delay | 0s",
        "reconnect-delay | 1h",
        "failure-strategy | hope",
        "failure-strategy | dead-letter",
        "retry-attempts | 101",
        "dead-letter-no-subscribers | maybe",
        "topic | a/#/b",
        "topic | ,",
        "previous-topics | a/#/b"
      })
  void whatIsWrongIsNamed(String attribute, String value) {
    var failure = assertThrows(IllegalArgumentException.class, () -> inbound(attribute, value));
    assertTrue(failure.getMessage().contains("channel orders"), failure.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"topic,a/+", "max-inflight,0", "no-subscribers,perhaps", "will-qos,7"})
  void whatIsWrongWithAnOutgoingChannelIsNamed(String attribute, String value) {
    var failure =
        assertThrows(
            IllegalArgumentException.class, () -> outbound("will-topic", "w", attribute, value));
    assertTrue(failure.getMessage().contains(attribute), failure.getMessage());
  }

  @Test
  void aSessionThatNobodyWouldFindAgainIsRefused() {
    var attributes =
        Map.of("channel-name", "orders", "failure-strategy", "redeliver", "topic", "a");
    var config =
        new SmallRyeConfigBuilder()
            .withSources(new PropertiesConfigSource(attributes, "test", 100))
            .build();
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                InboundSettings.from(
                    new MusterMqttConnectorIncomingConfiguration(config), new NamedProviders()));
    assertTrue(failure.getMessage().contains("client-id"), failure.getMessage());
  }

  @Test
  void twoChannelsMayNotHaveTheSameClientIdentifier() {
    try (var application = new Application("mqtt://127.0.0.1:9")) {
      application.outgoing("one", "client-id", "same");
      var failure =
          assertThrows(
              IllegalArgumentException.class,
              () -> application.outgoing("two", "client-id", "same"));
      assertTrue(failure.getMessage().contains("client-id"), failure.getMessage());
    }
  }
}
