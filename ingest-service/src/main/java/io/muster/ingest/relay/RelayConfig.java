package io.muster.ingest.relay;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMin;

/** Taking the outbox to the broker. */
@ConfigMapping(prefix = "muster.relay")
public interface RelayConfig {

  /** This instance's name, the same after a restart; the host's name when absent. */
  Optional<String> replica();

  /**
   * The name of this site, where instances with another database connect to the same broker: a hub
   * and its edges, each edge with a name of its own. Letters, digits, {@code -} and {@code _}.
   */
  Optional<String> site();

  /** The most messages that are numbered, and the most that are published, at a time. */
  @WithDefault("500")
  @Min(1) @Max(5_000) int batchMessages();

  /** The most messages that are on their way to the broker at a time, each of another device. */
  @WithDefault("128")
  @Min(1) @Max(1_000) int window();

  /** How long the broker may take with one message before it counts as away. */
  @WithDefault("30s")
  @DurationMin(millis = 100)
  Duration publishTimeout();

  /** How late a message is seen whose wake-up was lost. */
  @WithDefault("200ms")
  @DurationMin(millis = 10)
  Duration pollInterval();

  /** How often a standby tries to become the publisher. */
  @WithDefault("1s")
  @DurationMin(millis = 10)
  Duration lockInterval();

  /** For each statement; beyond it the publisher steps down. */
  @WithDefault("10s")
  @DurationMin(millis = 100)
  Duration databaseTimeout();

  /** The pause after an attempt at which the broker took nothing. */
  @WithDefault("100ms")
  @DurationMin(millis = 1)
  Duration minBackoff();

  /** What that pause grows to. */
  @WithDefault("5s")
  @DurationMin(millis = 1)
  Duration maxBackoff();

  /** How often a message may fail while others pass, before it is dead-lettered. */
  @WithDefault("10")
  @Min(1) int maxAttempts();

  /** How long a message waits for the broker before it is dead-lettered. */
  @WithDefault("7d")
  @DurationMin(millis = 1)
  Duration undeliveredFor();

  /** How long the log keeps what was published; a consumer may be away for that long. */
  @WithDefault("7d")
  @DurationMin(millis = 1)
  Duration keepFor();

  /**
   * How long the publisher may show no sign of life before the service counts as stuck; several
   * times {@link #publishTimeout()} and {@link #databaseTimeout()}.
   */
  @WithDefault("3m")
  @DurationMin(seconds = 1)
  Duration stuckAfter();

  /** How long the ordinal in the client identifiers stays with an instance that fell silent. */
  @WithDefault("30s")
  @DurationMin(millis = 300)
  Duration ordinalLease();
}
