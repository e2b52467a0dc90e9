package io.muster.ingest.deadletters;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;

/** What is kept of messages that are not understood, and of whom. */
@ConfigMapping(prefix = "muster.dead-letters")
public interface DeadLetterConfig {

  /** The most bytes of a payload that are kept, but for what only the database refused. */
  @WithDefault("65536")
  @Min(0) @Max(16_777_216) int payloadBytes();

  /** How many dead letters a device may make in a minute before it is put into quarantine. */
  @WithDefault("60")
  @Min(1) int perMinute();

  /** How often the quarantine is read again, should word of a change have been lost. */
  @WithDefault("15s")
  @NotNull Duration quarantineEvery();
}
