package io.muster.command.queue;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** How this instance looks after the queues. */
@ConfigMapping(prefix = "muster.command.dispatch")
interface DispatchConfig {

  /** How late something is done whose time has come. */
  @WithDefault("100ms")
  @DurationMin(millis = 5)
  Duration interval();

  /** How many devices are looked at in one transaction. */
  @WithDefault("200")
  @Min(1) @Max(5_000) int batchDevices();

  /** How long commands are kept after their end. */
  @WithDefault("30D")
  @DurationMin(seconds = 1)
  Duration keepFor();
}
