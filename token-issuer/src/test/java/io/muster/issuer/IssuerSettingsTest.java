package io.muster.issuer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.ServiceName;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IssuerSettingsTest {
  private static Properties minimal() {
    var properties = new Properties();
    properties.setProperty("namespace", "iot");
    properties.setProperty("instance", "muster");
    properties.setProperty("address", "http://issuer");
    properties.setProperty("port", "8086");
    properties.setProperty("keys", "keys");
    return properties;
  }

  @Test
  void aSecretsNameMayHaveDots() throws IOException {
    var properties = minimal();
    properties.setProperty("certificate.a.b-tls", "a,b.c");
    var settings = IssuerSettings.of(properties);
    assertEquals(List.of("a", "b.c"), settings.certificates().get("a.b-tls"));
    assertEquals("http://issuer/services", settings.serviceIssuer());
    assertTrue(settings.administrator().isEmpty());
    assertEquals("ingest-token", IssuerTest.settings().tokens().get(new ServiceName("ingest")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"namespace", "instance", "address", "port", "keys"})
  void whatIsNeededIsMissed(String name) {
    var properties = minimal();
    properties.remove(name);
    var refused = assertThrows(IllegalArgumentException.class, () -> IssuerSettings.of(properties));
    assertTrue(refused.getMessage().contains(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tokne.ingest", "administrators", "people"})
  void aMisspeltNameIsRefused(String name) {
    var properties = minimal();
    properties.setProperty(name, "x");
    var refused = assertThrows(IllegalArgumentException.class, () -> IssuerSettings.of(properties));
    assertTrue(refused.getMessage().contains(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"token.Ingest", "token.", "certificate.x"})
  void whatCannotBeUsedIsRefused(String name) {
    var properties = minimal();
    properties.setProperty(name, name.startsWith("certificate") ? "a,,b" : "x");
    assertThrows(IllegalArgumentException.class, () -> IssuerSettings.of(properties));
  }
}
