package io.muster.firmware.artifacts;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoreSweeperTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @Test
  void aSweepThatFailsIsCountedAndNotTheEnd() {
    var folder = Map.of("muster.firmware.artifacts.folder", "none");
    // Without a database.
    var sweeper =
        new StoreSweeper(
            null, null, config(ArtifactConfig.class, folder), meters, Clock.systemUTC());
    sweeper.sweepOrSay();
    sweeper.sweepOrSay();
    assertEquals(2, sweeps("failed"));
    assertEquals(0, sweeps("done"));
  }

  private double sweeps(String outcome) {
    return meters.counter("muster.firmware.sweeps", "outcome", outcome).count();
  }
}
