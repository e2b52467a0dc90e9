package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.firmware.HandWired;
import io.muster.localstack.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} and the meters of rollouts say the same, each way. */
class RolloutMetersTest {
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `(muster_firmware_rollout_\\w+)` \\| (\\w+) \\| \\w+ \\| (.*?) ?\\| .*\\|$");

  @Test
  void theDocumentListsThemAndNoOthers() throws IOException {
    var meters = new SimpleMeterRegistry();
    new RolloutMeters(meters);
    var config = HandWired.config(RolloutsConfig.class, Map.of());
    new Following(null, null, config, meters).close();
    var there = new TreeSet<String>();
    meters.getMeters().forEach(meter -> there.add(row(meter)));
    assertEquals(documented(), there);
  }

  private static TreeSet<String> documented() throws IOException {
    var documented = new TreeSet<String>();
    for (var line : Files.readAllLines(Checkout.find().root().resolve("docs/metrics.md"))) {
      var row = ROW.matcher(line);
      if (row.matches()) {
        documented.add(row.group(1) + " " + row.group(2) + " " + row.group(3).replace("`", ""));
      }
    }
    return documented;
  }

  private static String row(Meter meter) {
    var isCounter = meter.getId().getType() == Meter.Type.COUNTER;
    var name = meter.getId().getName().replace('.', '_') + (isCounter ? "_total" : "");
    List<String> tags = meter.getId().getTags().stream().map(Tag::getKey).toList();
    return name + " " + (isCounter ? "counter" : "gauge") + " " + String.join(", ", tags);
  }
}
