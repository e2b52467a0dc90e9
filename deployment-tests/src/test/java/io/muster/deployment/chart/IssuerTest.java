package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import java.io.IOException;
import java.io.StringReader;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chart tells the issuer is what the issuer reads. */
class IssuerTest {
  private static final String SETTINGS =
      Checkout.read("token-issuer/src/main/java/io/muster/issuer/IssuerSettings.java");
  private static final String SERVER =
      Checkout.read("token-issuer/src/main/java/io/muster/issuer/KeyServer.java");

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void everySettingIsOneOfItsOwn(Rendering rendering) throws IOException {
    var map = rendering.find("ConfigMap", "muster-issuer");
    if (map.isEmpty()) {
      return;
    }
    var settings = new Properties();
    settings.load(new StringReader(map.get().tree().at("data", "issuer.properties").text()));
    for (var name : settings.stringPropertyNames()) {
      var kind = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
      assertTrue(SETTINGS.contains("\"" + kind + "\""), name);
      assertTrue(!settings.getProperty(name).isBlank(), name);
    }
    for (var needed : new String[] {"namespace", "instance", "address", "port", "keys"}) {
      assertTrue(settings.containsKey(needed), needed);
    }
    assertEquals("8086", settings.getProperty("port"));
  }

  @ParameterizedTest
  @MethodSource("io.muster.deployment.chart.Renderings#all")
  void itsProbesAskWhatItAnswers(Rendering rendering) {
    rendering
        .find("Deployment", "muster-issuer")
        .ifPresent(
            issuer -> {
              var container = issuer.containers().getFirst();
              for (var probe : new String[] {"startupProbe", "livenessProbe", "readinessProbe"}) {
                var path = container.at(probe, "httpGet", "path").text();
                assertTrue(SERVER.contains("\"" + path + "\""), path);
              }
            });
  }
}
