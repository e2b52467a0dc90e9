package io.muster.ingest.presence;

import io.muster.contract.registry.ActivityReport;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** What the registry is told of devices that were heard of. */
@ConfigMapping(prefix = "muster.presence")
interface PresenceConfig {

  /** How often it is told. */
  @WithDefault("10s")
  @DurationMin(millis = 50)
  Duration interval();

  /** How long a device that goes on talking is not told of again. */
  @WithDefault("30s")
  @DurationMin(millis = 0)
  Duration grain();

  /** How many devices one report holds at most. */
  @WithDefault("250")
  @Min(1) @Max(ActivityReport.MAX_HEARD) int batch();

  /** How many devices without a connection here are remembered. */
  @WithDefault("100000")
  @Min(1) int mostWithoutConnection();
}
