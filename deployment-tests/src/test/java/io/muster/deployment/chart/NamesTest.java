package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.chart.Rendering.Request;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names are legal whatever the release is called. */
class NamesTest {
  /** RFC 1035, which a Service must keep to. */
  private static final Pattern LABEL = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

  private static final Pattern LABEL_VALUE =
      Pattern.compile("(([A-Za-z0-9][A-Za-z0-9_.-]{0,61})?[A-Za-z0-9])?");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "muster",
        "m",
        "1st-hub",
        "hub.eu.west-1",
        "a-name-of-a-release-that-is-as-long-as-helm-allows-yes",
        "edge-0123456789-0123456789-0123456789-muster"
      })
  void namesAndLabelsAreLegal(String release) {
    var name = release.length() > 53 ? release.substring(0, 53) : release;
    var rendering = Rendering.of(Renderings.EVERYTHING.named(name));
    for (var manifest : rendering.manifests()) {
      assertTrue(LABEL.matcher(manifest.name()).matches(), manifest::toString);
      // A pod of a StatefulSet or a Job is called after it, with more behind.
      assertTrue(!manifest.is("StatefulSet") || manifest.name().length() <= 52);
      assertLegal(manifest.labels());
      assertLegal(manifest.podLabels());
    }
  }

  private static void assertLegal(io.muster.deployment.Tree labels) {
    labels
        .members()
        .forEach(
            (label, value) ->
                assertTrue(
                    LABEL_VALUE.matcher(value.toString()).matches(), () -> label + ": " + value));
  }

  @Test
  void longNamesThatBeginAlikeStayApart() {
    var common = "edge-site-with-a-very-long-name-in-the-north-";
    assertNotEquals(services(common + "1"), services(common + "2"));
  }

  @Test
  void aReleaseThatIsCalledAfterTheChartIsNotCalledSoTwice() {
    assertTrue(services("muster").contains("muster-registry"));
    assertTrue(services("hub").contains("hub-muster-registry"));
  }

  @Test
  void aNameCanBeGiven() {
    var rendering = Rendering.of(Request.of().with("fullnameOverride", "Iot_Hub"));
    assertTrue(rendering.find("Service", "iot-hub-endpoint").isPresent());
    var renamed = Rendering.of(Request.of().with("nameOverride", "iot").named("hub"));
    assertTrue(renamed.find("Service", "hub-iot-endpoint").isPresent());
    assertEquals(1, renamed.of("Role").size());
  }

  private static List<String> services(String release) {
    return Rendering.of(Request.of().named(release)).of("Service").stream()
        .map(Manifest::name)
        .toList();
  }
}
