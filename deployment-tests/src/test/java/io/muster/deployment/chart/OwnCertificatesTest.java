package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import java.io.IOException;
import java.io.StringReader;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Where certificates are asked for, a connection that shows none is no connection: whatever a
 * service connects to within the release, it shows its own.
 */
class OwnCertificatesTest {
  private static final String CONNECTOR = ".connector";
  private static final String[] SERVICES = {
    "device-registry", "ingest-service", "command-service", "firmware-service"
  };

  @ParameterizedTest
  @FieldSource("SERVICES")
  void everyChannelShowsItToTheBroker(String module) throws IOException {
    var settings = new Properties();
    settings.load(
        new StringReader(Checkout.read(module + "/src/main/resources/application.properties")));
    var channels =
        settings.stringPropertyNames().stream()
            .filter(name -> name.startsWith("mp.messaging.") && name.endsWith(CONNECTOR))
            .map(name -> name.substring(0, name.length() - CONNECTOR.length()))
            .collect(Collectors.toCollection(TreeSet::new));
    assertFalse(channels.isEmpty());
    for (var channel : channels) {
      assertEquals("muster-mqtt", settings.getProperty(channel + CONNECTOR), channel);
      assertEquals(
          "${MUSTER_SERVICES_CERTIFICATE:}",
          settings.getProperty(channel + ".client-certificate-file"),
          channel);
      assertEquals(
          "${MUSTER_SERVICES_KEY:}", settings.getProperty(channel + ".client-key-file"), channel);
      assertTrue(settings.containsKey(channel + ".ca-file"), channel);
    }
  }

  @Test
  void everyClientOfAnotherServiceShowsIt() {
    // There is one who makes them, for all.
    assertEachThat("new HttpClientOptions\\(", "OwnCertificate\\.show\\(", 1);
  }

  @Test
  void everyConnectionToTheDatabaseShowsIt() {
    assertEachThat(
        "new PgConnectOptions\\(|PgConnectOptions\\.fromUri|pgConnectOptionsList\\(\\)",
        "OwnCertificate\\.showToDatabase\\(|BoundedPool\\.(open|limit)\\(",
        5);
    assertTrue(
        Checkout.read("rest/src/main/java/io/muster/rest/database/BoundedPool.java")
            .contains("OwnCertificate.showToDatabase("));
  }

  /**
   * @param connects in the source of whoever makes options for connections
   * @param shows in the same source
   * @param known how many there are at least; fewer mean that they are made in some other way
   */
  private static void assertEachThat(String connects, String shows, int known) {
    var pattern = Pattern.compile(connects);
    var showing = Pattern.compile(shows);
    var found = 0;
    // What services share is in rest.
    for (var module : Stream.concat(Stream.of(SERVICES), Stream.of("rest")).toList()) {
      for (var file : Checkout.files(module + "/src/main/java", ".java")) {
        var source = Checkout.read(file);
        if (pattern.matcher(source).find()) {
          found++;
          assertTrue(showing.matcher(source).find(), () -> file + " shows no certificate");
        }
      }
    }
    assertTrue(found >= known, () -> "nobody is found who has " + connects);
  }
}
