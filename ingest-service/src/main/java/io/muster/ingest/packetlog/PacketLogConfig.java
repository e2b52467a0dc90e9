package io.muster.ingest.packetlog;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;

/** How much may be written down of devices' packets. */
@ConfigMapping(prefix = "muster.packet-log")
interface PacketLogConfig {

  /** Devices whose log may be on at a time, at all replicas together. */
  @WithDefault("16")
  @Min(1) @Max(1_000) int devices();

  /** How many of these may be one tenant's. */
  @WithDefault("4")
  @Min(1) @Max(1_000) int devicesOfTenant();

  /**
   * Entries of a device that a replica writes in a second, over ten seconds; the rest is counted.
   */
  @WithDefault("20")
  @Min(1) @Max(10_000) int entriesPerSecond();

  /** The last entries of a device that each replica keeps for whoever asks later. */
  @WithDefault("200")
  @Min(1) @Max(10_000) int keep();

  /** People who may follow packet logs at one replica. */
  @WithDefault("16")
  @Min(0) @Max(1_000) int followers();

  /** How often the switches are read again, should word of a change have been lost. */
  @WithDefault("10s")
  @NotNull Duration readEvery();

  /** How long entries gather before they are written and told to the other replicas. */
  @WithDefault("250ms")
  @NotNull Duration tellEvery();
}
