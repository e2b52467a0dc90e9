package io.muster.registry.emqx;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** What a broker of others is told. */
@ConfigMapping(prefix = "muster.registry.emqx")
interface EmqxConfig {
  /**
   * How long an answer is remembered that lets somebody in, and what is known of a device: so long
   * at most a revocation goes unnoticed here.
   */
  @WithDefault("5S")
  @DurationMax(seconds = 60)
  Duration answersKept();

  /** How many of each are remembered. */
  @WithDefault("20000")
  @Min(1) @Max(1000000) int answers();

  /**
   * After which time at most a client must authenticate again, whatever its credential's end: the
   * longest that a connection outlives a revocation. Up to a tenth less, so that a fleet does not
   * come all at once.
   */
  @WithDefault("1H")
  @DurationMin(minutes = 1)
  Duration authenticateAgainAfter();

  /**
   * Whether an answer holds the rules for the device's own topics. Without them EMQX asks for each,
   * and a device that is disabled is noticed within {@link #answersKept()}.
   */
  @WithDefault("true")
  boolean sendRules();
}
