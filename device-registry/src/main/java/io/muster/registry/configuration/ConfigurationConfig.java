package io.muster.registry.configuration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** How configurations of groups are applied. */
@ConfigMapping(prefix = "muster.registry.configuration")
interface ConfigurationConfig {

  /** How many devices are changed in one transaction. */
  @WithDefault("200")
  @Min(1) @Max(2_000) int batch();

  /** How often it is looked whether something is to be done. */
  @WithDefault("1S")
  @DurationMin(millis = 50)
  Duration interval();

  /** After which it is looked again who came into a group and who left it. */
  @WithDefault("15S")
  @DurationMin(millis = 50)
  Duration lookAgainAfter();
}
