package io.muster.rest.removal;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.outbox.TenantRemovals;
import io.vertx.mutiny.sqlclient.Pool;
import java.time.Clock;
import java.time.Duration;

/** The removal of deleted tenants as a service's settings want it, with what is seen of it. */
public final class MeasuredRemovals {
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);

  private MeasuredRemovals() {}

  /** One that is not started. */
  public static TenantRemovals of(
      Pool pool,
      TenantRemovalConfig config,
      TenantRemovals.Keeps keeps,
      TenantRemovals.Deleted deleted,
      Clock clock,
      MeterRegistry meters) {
    var removals = new TenantRemovals(pool, settings(config), keeps, deleted, clock);
    measure(removals, meters);
    return removals;
  }

  private static TenantRemovals.Settings settings(TenantRemovalConfig config) {
    return new TenantRemovals.Settings(
        config.batchRows(),
        config.interval(),
        config.timeout(),
        config.grace(),
        config.watch(),
        config.recheck(),
        config.reconcile(),
        MAX_BACKOFF);
  }

  private static void measure(TenantRemovals removals, MeterRegistry meters) {
    FunctionCounter.builder("muster.tenant.removal.rows", removals, TenantRemovals::removedRows)
        .description("Rows of deleted tenants that this instance has removed")
        .register(meters);
    Gauge.builder("muster.tenant.removal.open", removals, it -> it.status().open())
        .description("Deleted tenants of which something is left")
        .register(meters);
    Gauge.builder(
            "muster.tenant.removal.age", removals, it -> it.status().oldest().toMillis() / 1e3)
        .baseUnit("seconds")
        .description("How long ago the first of them was noted")
        .register(meters);
  }
}
