package io.muster.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerSettingsTest {
  private static final Map<String, String> LEAST =
      Map.of(
          "MUSTER_BROKER_DATA", "/tmp/broker",
          "MUSTER_SERVICE_ISSUER", "http://127.0.0.1:8086/services");

  @Test
  void needsNoMoreThanAFolderAndAnIssuer() {
    var settings = BrokerSettings.of(LEAST);
    assertEquals("127.0.0.1", settings.host());
    assertEquals(1884, settings.port());
    assertEquals(List.of("ES256"), settings.tokens().algorithms());
    assertEquals(Duration.ofHours(1), settings.tokens().lifetime());
    assertEquals(1_000_000, settings.limits().queuedMessages());
    assertTrue(settings.operations().isEmpty());
    assertTrue(settings.tls().isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "MUSTER_BROKER_DATA, ''",
    "MUSTER_SERVICE_ISSUER, ''",
    "MUSTER_SERVICE_ISSUER, services",
    "MUSTER_SERVICE_ISSUER, 'file:///etc/passwd'",
    "MUSTER_SERVICE_ISSUER, 'http://not a host/'",
    "MUSTER_BROKER_PORT, eighteen",
    "MUSTER_BROKER_PORT, 65536",
    "MUSTER_BROKER_HOST, 192.0.2.1",
    "MUSTER_BROKER_TOKEN_ALGORITHMS, none",
    "MUSTER_BROKER_TOKEN_ALGORITHMS, 'ES256,HS256'",
    "MUSTER_BROKER_TOKEN_LIFETIME, 1h",
    "MUSTER_BROKER_TOKEN_LIFETIME, PT0S",
    "MUSTER_BROKER_QUEUE_MESSAGES, 10",
    "MUSTER_BROKER_IN_FLIGHT, 65536",
    "MUSTER_BROKER_TLS_CERTIFICATE, /does/not/exist.pem",
  })
  void namesTheSettingThatIsWrong(String name, String value) {
    var environment = new HashMap<>(LEAST);
    environment.put(name, value);
    var wrong = assertThrows(WrongSettingException.class, () -> BrokerSettings.of(environment));
    assertTrue(wrong.getMessage().contains(name), wrong.getMessage());
    assertEquals(1, wrong.getMessage().lines().count());
  }
}
