package io.muster.ingest.uplink;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** At a hub: what is taken of the logs of its edges. */
@ConfigMapping(prefix = "muster.sites")
public interface SitesConfig {

  /** The most sites; a log of another one is refused with 429. */
  @WithDefault("1000")
  @Min(0) int most();

  /** The most entries in a batch; more are refused with 422. */
  @WithDefault("1000")
  @Min(1) @Max(1_000) int batchEntries();

  /**
   * How long a site may bring nothing before it is forgotten, with who was connected there: it is
   * taken for one that is no more. One that comes back begins anew.
   */
  @WithDefault("30d")
  @DurationMin(hours = 1)
  Duration forgetAfter();

  /** For the transaction that takes a batch. */
  @WithDefault("10s")
  @DurationMin(millis = 100)
  Duration timeout();
}
