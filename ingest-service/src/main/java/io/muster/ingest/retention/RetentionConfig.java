package io.muster.ingest.retention;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How long what devices sent is kept. */
@ConfigMapping(prefix = "muster.retention")
public interface RetentionConfig {

  /**
   * How long readings are kept, by their own time. Older partitions are dropped, older readings go
   * to the dead letters. Not set: for ever.
   */
  Optional<Duration> telemetry();

  /** How long events are kept, by their own time. Not set: for ever. */
  Optional<Duration> events();

  /** How long dead letters are kept. */
  @WithDefault("30d")
  @NotNull Duration deadLetters();

  /** Readings from before are never kept: a clock that was not set, not a measurement. */
  @WithDefault("1970-01-01T00:00:00Z")
  @NotNull Instant earliest();

  /** How far ahead of ours a device's clock may be. */
  @WithDefault("1h")
  @NotNull Duration ahead();

  /** For how long past months are kept in a partition for each day. */
  @WithDefault("62d")
  @NotNull Duration dailyPartitions();

  /** How often partitions are made ahead and dropped, and rows that are too old deleted. */
  @WithDefault("10m")
  @NotNull Duration every();

  /** How many rows one statement deletes. */
  @WithDefault("5000")
  @Min(1) @Max(100_000) int deleteRows();

  /**
   * How long one sweep deletes rows; the next one goes on. A sweep that hangs is given up after
   * twice that.
   */
  @WithDefault("5m")
  @NotNull Duration longest();
}
