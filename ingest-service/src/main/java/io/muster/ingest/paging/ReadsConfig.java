package io.muster.ingest.paging;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;

/** What reading for people may cost, so that it costs the taking in nothing. */
@ConfigMapping(prefix = "muster.reads")
public interface ReadsConfig {

  /** Connections to the database on which people's lists, queries and exports are read. */
  @WithDefault("8")
  @Min(1) @Max(1_000) int connections();

  /** How many reads wait for a connection; more are refused with 503. */
  @WithDefault("256")
  @Min(1) @Max(100_000) int waiting();

  /** How long a read waits for a connection. */
  @WithDefault("10s")
  @NotNull Duration patience();

  /** How long one statement may take; then it is given up, and its request refused with 503. */
  @WithDefault("20s")
  @NotNull Duration statementTimeout();

  /**
   * About how many bytes of memory a page may take, beyond its last item. What weighs more ends
   * early and goes on with its cursor. With all connections busy it is that many times this.
   */
  @WithDefault("4194304")
  @Min(65_536) long pageBytes();
}
