package io.muster.firmware.removal;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.TenantId;
import io.muster.firmware.artifacts.StoreSweeper;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.outbox.NotingDeletedTenants;
import io.muster.outbox.SharedEffects;
import io.muster.outbox.TenantRemovals;
import io.muster.rest.access.GoneTenants;
import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;

/** Removes what this service keeps of deleted tenants, and closes their paths. Thread-safe. */
@ApplicationScoped
public class TenantRemoval implements GoneTenants {
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);

  private final TenantRemovals removals;

  TenantRemoval(
      Pool pool,
      RemovalConfig config,
      Neighbours neighbours,
      StoreSweeper sweeper,
      Clock clock,
      MeterRegistry meters) {
    this.removals =
        new TenantRemovals(
            pool,
            settings(config),
            TenantTables.keeps(sweeper::sweepForRemoval),
            neighbours::deletedTenants,
            clock);
    measure(meters);
  }

  void start(@Observes StartupEvent started) {
    removals.start();
  }

  @PreDestroy
  void stop() {
    removals.close();
  }

  @Override
  public boolean isGone(TenantId tenant) {
    return removals.isRemoved(tenant);
  }

  /** The reader of the registry's log, from which is taken who was deleted as well. */
  public SharedEffects.Reader noting(SharedEffects.Reader reader) {
    return new NotingDeletedTenants(reader, removals);
  }

  private static TenantRemovals.Settings settings(RemovalConfig config) {
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

  private void measure(MeterRegistry meters) {
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
