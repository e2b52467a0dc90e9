package io.muster.registry.bulk;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** What an import may be like, and what it may take. */
@ConfigMapping(prefix = "muster.registry.bulk")
interface BulkLimits {
  /** How many rows one import may hold, rejected ones too. */
  @WithDefault("1000000")
  @Min(1) int maxRows();

  /** How long a row may be; a longer one is rejected, and is not kept in memory. */
  @WithDefault("131072")
  @Min(1024) @Max(1048576) int maxRowBytes();

  /** How long an import may take. */
  @WithDefault("30M")
  @DurationMin(seconds = 1)
  Duration maxDuration();

  /** How many imports and exports run in this instance at a time. */
  @WithDefault("8")
  @Min(1) int maxConcurrent();

  /** How many of them may be one tenant's. */
  @WithDefault("3")
  @Min(1) int maxConcurrentOfTenant();

  /** How many rows are written in one transaction, at most. */
  @WithDefault("1000")
  @Min(1) @Max(10000) int batchRows();

  /** How many bytes of rows are written in one transaction, at most, but one row always. */
  @WithDefault("2097152")
  @Min(1024) int batchBytes();

  /**
   * How many bytes of answers wait for a client that does not read. Beyond it nothing more of the
   * request is read either. The default has room for the answers to 100,000 rows, since many
   * clients read only after they have sent all.
   */
  @WithDefault("8388608")
  @Min(65536) int waitingAnswerBytes();

  /** How long an import waits for a database that is away before it gives up. */
  @WithDefault("60S")
  @DurationMin(seconds = 1)
  Duration databasePatience();

  /** How long one transaction of an import may take. */
  @WithDefault("30S")
  @DurationMin(seconds = 1)
  Duration transactionTimeout();

  /** How long an {@code Idempotency-Key} and the answers under it are remembered. */
  @WithDefault("24H")
  @DurationMin(minutes = 1)
  Duration idempotencyKept();

  /** How many attributes have a column of their own in a CSV export. */
  @WithDefault("256")
  @Min(0) @Max(4096) int csvColumns();
}
