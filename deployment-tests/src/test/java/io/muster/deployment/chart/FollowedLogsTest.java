package io.muster.deployment.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Without the logs of the others the registry would know of no presence, shadow or firmware. */
class FollowedLogsTest {
  @Test
  void theRegistryIsToldWhereTheLogsAreThatItFollows() {
    var environment = environment(Rendering.of(Renderings.EVERYTHING));
    assertTrue(environment.get("MUSTER_INGEST_URL").startsWith("http://"));
    assertTrue(environment.get("MUSTER_FIRMWARE_URL").startsWith("http://"));
  }

  @Test
  void withinTlsItIsToldWhoVouchesForThem() {
    var environment = environment(Rendering.of(Renderings.EVERYTHING_BY_TLS));
    assertTrue(environment.get("MUSTER_INGEST_URL").startsWith("https://"));
    assertEquals("/var/run/muster/ca/ca.crt", environment.get("MUSTER_INGEST_CA_FILE"));
    assertTrue(environment.get("MUSTER_FIRMWARE_URL").startsWith("https://"));
    assertEquals("/var/run/muster/ca/ca.crt", environment.get("MUSTER_FIRMWARE_CA_FILE"));
  }

  @Test
  void aServiceThatIsNotThereIsNotFollowed() {
    var environment =
        environment(Rendering.of(Renderings.EVERYTHING.with("firmware.enabled", false)));
    assertFalse(environment.containsKey("MUSTER_FIRMWARE_URL"));
  }

  private static Map<String, String> environment(Rendering rendering) {
    Map<String, String> found = new HashMap<>();
    for (var variable : rendering.workload("registry").containers().getFirst().at("env").items()) {
      variable.at("value").ifText().ifPresent(it -> found.put(variable.at("name").text(), it));
    }
    return found;
  }
}
