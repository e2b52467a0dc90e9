package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whatever outlives its pod has a word in docs/guides/backup.md. */
class BackupGuideTest {
  private static final String GUIDE = Checkout.read("docs/guides/backup.md");

  private final Rendering rendering =
      Rendering.of(Rendering.Request.of().with("firmware.devices.enabled", true));

  private static void assertNamed(String name) {
    assertTrue(GUIDE.contains("`" + name + "`"), () -> "the guide does not say what of " + name);
  }

  @Test
  void everyVolumeIsNamed() {
    var named = 0;
    for (var claim : rendering.of("PersistentVolumeClaim")) {
      assertNamed(claim.name());
      named++;
    }
    for (var set : rendering.of("StatefulSet")) {
      for (var claim : set.tree().at("spec", "volumeClaimTemplates").items()) {
        assertNamed(claim.at("metadata", "name").text() + "-" + set.name() + "-0");
        named++;
      }
    }
    assertEquals(3, named);
  }

  @Test
  void everySchemaIsNamed() {
    var roles = rendering.find("ConfigMap", "muster-database").orElseThrow().text();
    var schemas = new TreeSet<String>();
    Pattern.compile("CREATE SCHEMA (\\w+)")
        .matcher(roles)
        .results()
        .forEach(each -> schemas.add(each.group(1)));
    assertEquals(4, schemas.size());
    schemas.forEach(BackupGuideTest::assertNamed);
  }

  @Test
  void whatDevicesTrustAndWhatTokensAreSignedWithIsNamed() {
    for (var secret : ReferencesTest.issuersSecrets(rendering)) {
      if (secret.matches(".*-(endpoint-tls|updates-tls|issuer-keys)")) {
        assertNamed(secret);
      }
    }
  }

  @Test
  void theMetricsToLookAtAreThere() {
    var metrics = Checkout.read("docs/metrics.md");
    var named = Pattern.compile("`(muster_[a-z_]+)").matcher(GUIDE).results().toList();
    assertTrue(named.size() > 2);
    for (var metric : named) {
      assertTrue(metrics.contains("| `" + metric.group(1) + "`"), metric::group);
    }
  }
}
