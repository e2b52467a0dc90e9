package io.muster.ingest.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.intake.IntakePressure;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadPressureTest {

  @ParameterizedTest
  @CsvSource({
    "true,  0,     false, false",
    "true,  20000, false, false",
    "true,  20001, false, true",
    "false, 0,     false, true",
    "true,  0,     true,  true"
  })
  void isHighForWantOfDatabaseOrMemory(
      boolean reachable, int queued, boolean memory, boolean high) {
    var config =
        new SmallRyeConfigBuilder()
            .withConverter(Duration.class, 200, new DurationConverter())
            .withMapping(TelemetryConfig.class)
            .build()
            .getConfigMapping(TelemetryConfig.class);
    var intake =
        new IntakePressure() {
          @Override
          public boolean storeIsReachable() {
            return reachable;
          }

          @Override
          public int queued() {
            return queued;
          }
        };
    assertEquals(high, new ReadPressure(config, intake, () -> memory).isHigh());
  }
}
