package io.muster.ingest.sessions;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How replicas share sessions. All replicas must have the same settings. */
@ConfigMapping(prefix = "muster.sessions")
public interface SessionsConfig {

  /** For how long a replica counts as alive that does not renew its lease. */
  @WithDefault("15s")
  Duration lease();

  /** How often a replica looks for connections that another one took over, and for wills. */
  @WithDefault("500ms")
  Duration poll();

  /** How often it looks for replicas that died and for sessions that expired. */
  @WithDefault("3s")
  Duration sweep();

  /**
   * How often it compares what the database says it holds with what it does hold; a difference
   * comes of a lost answer, and lasts for two of these at most.
   */
  @WithDefault("30s")
  Duration reconcile();

  /** How often it looks for leftovers of sessions that are long gone. */
  @WithDefault("10m")
  Duration cleanup();

  /**
   * How many sessions of a device are kept while they are not connected; beyond it those that would
   * expire first go when another one is made.
   */
  @WithDefault("16")
  @Min(1) @Max(10_000) int keptPerDevice();

  /** Rows that one statement handles. */
  @WithDefault("500")
  @Min(1) @Max(10_000) int batch();

  /**
   * How long the database may take with what a device waits for, from asking for a connection of
   * the pool to the last answer; then the connection is cut.
   */
  @WithDefault("5s")
  Duration statementTimeout();

  /** The same for a batch of what nobody waits for. */
  @WithDefault("30s")
  Duration choreTimeout();

  /** How long a write that failed waits before it is tried again. */
  @WithDefault("500ms")
  Duration retry();

  /** How long a shutdown waits for the ends of sessions to be written. */
  @WithDefault("5s")
  Duration shutdownTimeout();
}
