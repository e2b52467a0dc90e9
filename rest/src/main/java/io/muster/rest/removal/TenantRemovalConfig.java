package io.muster.rest.removal;

import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** How a service removes what it keeps of deleted tenants. */
public interface TenantRemovalConfig {

  /** The most rows that are removed in one transaction. */
  @WithDefault("2000")
  @Min(1) @Max(100_000) int batchRows();

  /** How late a removal is seen that another instance noted. */
  @WithDefault("2s")
  @DurationMin(millis = 5)
  Duration interval();

  /** For one transaction, and for one question to the registry. */
  @WithDefault("10s")
  @DurationMin(millis = 100)
  Duration timeout();

  /**
   * After which all has ended that had begun when a tenant was deleted; no removal is done before.
   */
  @WithDefault("2M")
  @DurationMin(millis = 0)
  Duration grace();

  /** For how long what comes late is removed as well: longer than a message waits anywhere. */
  @WithDefault("8D")
  @DurationMin(millis = 0)
  Duration watch();

  /** How often it is looked for. */
  @WithDefault("1H")
  @DurationMin(millis = 5)
  Duration recheck();

  /** How often the registry is asked for all tenants that were deleted, beside its events. */
  @WithDefault("6H")
  @DurationMin(seconds = 1)
  Duration reconcile();
}
