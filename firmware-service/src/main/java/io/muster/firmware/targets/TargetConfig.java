package io.muster.firmware.targets;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** What devices show at hawkBit's API. */
@ConfigMapping(prefix = "muster.firmware.targets")
interface TargetConfig {

  /** How many target tokens a device may have; each is compared with what it shows. */
  @WithDefault("8")
  @Min(1) @Max(100) int tokensPerDevice();

  /** How long an Idempotency-Key stands for its target token or gateway token. */
  @WithDefault("1D")
  @DurationMin(minutes = 1)
  Duration idempotencyKept();
}
