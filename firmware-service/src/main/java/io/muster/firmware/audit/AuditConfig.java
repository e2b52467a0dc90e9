package io.muster.firmware.audit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** The audit. */
@ConfigMapping(prefix = "muster.firmware.audit")
interface AuditConfig {

  /** How long its entries are kept. */
  @WithDefault("400D")
  @DurationMin(days = 1)
  Duration keepFor();
}
