package io.muster.ingest.telemetry;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;

/** How what is stored is read. */
@ConfigMapping(prefix = "muster.telemetry")
public interface TelemetryConfig {

  /**
   * Among how many of a device's last readings the latest value of each field is looked for; among
   * fewer when they are large, see {@code muster.reads.page-bytes}.
   */
  @WithDefault("500")
  @Min(1) @Max(10_000) int latestReadings();

  /** How many rows are read at a time, by exports and aggregations; fewer when they are large. */
  @WithDefault("5000")
  @Min(10) @Max(100_000) int pageRows();

  /**
   * After how many rows an aggregation ends its page early, at the end of a bucket; the cursor goes
   * on from there.
   */
  @WithDefault("5000000")
  @Min(1_000) long aggregateRows();

  /** How many exports and aggregations may run at once; more are refused with 503. */
  @WithDefault("4")
  @Min(0) @Max(1_000) int longReads();

  /** For how long an export that is not read may hold up others. */
  @WithDefault("10m")
  @NotNull Duration longReadIdle();

  /**
   * How many columns an export as CSV may have, and how many fields an aggregation in one bucket.
   * Who wants more must name them.
   */
  @WithDefault("1000")
  @Min(100) @Max(100_000) int columns();

  /**
   * With more messages than this waiting for their commit, exports, aggregations and live feeds are
   * refused and ended.
   */
  @WithDefault("20000")
  @Min(1) int shedAbove();

  /** The live feed. */
  Live live();

  /** How the live feed works. */
  interface Live {
    /** How many clients may follow at one instance. */
    @WithDefault("200")
    @Min(0) @Max(100_000) int clients();

    /** How many readings wait for a slow client before it is dropped. */
    @WithDefault("1000")
    @Min(1) @Max(100_000) int bufferReadings();

    /** How many bytes of readings wait for a slow client before it is dropped. */
    @WithDefault("524288")
    @Min(1_024) int bufferBytes();

    /** How many bytes of readings wait at most to be told to the instances; the rest is a gap. */
    @WithDefault("16777216")
    @Min(1_024) int waitingBytes();

    /** How many readings that are too large to be told are read at once; the rest is a gap. */
    @WithDefault("8")
    @Min(1) @Max(1_000) int lookUps();

    /** How often it is looked whether the feeds must end to make room for what devices send. */
    @WithDefault("1s")
    @NotNull Duration shedEvery();

    /** How often an idle feed says that it is there. */
    @WithDefault("15s")
    @NotNull Duration keepAlive();

    /** How often what was stored is told to the instances that have clients. */
    @WithDefault("50ms")
    @NotNull Duration every();

    /** How many notifications of up to 8,000 bytes are sent each time; the rest is a gap. */
    @WithDefault("64")
    @Min(1) @Max(10_000) int notifications();

    /** For how long instances believe that somebody follows, unless told again. */
    @WithDefault("15s")
    @NotNull Duration interest();
  }
}
