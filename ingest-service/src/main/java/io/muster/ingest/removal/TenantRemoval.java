package io.muster.ingest.removal;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.TenantId;
import io.muster.ingest.access.DeletedTenantsSource;
import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.access.Withdrawal;
import io.muster.ingest.devices.DeviceDirectory;
import io.muster.outbox.TenantRemovals;
import io.muster.rest.access.GoneTenants;
import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;

/**
 * Removes what this service keeps of deleted tenants, and closes their paths. Each replica hears of
 * them by the registry's log, which it follows from where it stood at its start; for the rest it
 * asks. Thread-safe.
 */
@ApplicationScoped
public class TenantRemoval implements GoneTenants {
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);

  private final TenantRemovals removals;

  TenantRemoval(
      Pool pool,
      RemovalConfig config,
      DeletedTenantsSource registry,
      DeviceAccess access,
      DeviceDirectory devices,
      Clock clock,
      MeterRegistry meters) {
    var parts = TenantTables.parts(config.grace());
    // From then on a batch looks the keys of its devices up again.
    var keeps = new TenantRemovals.Keeps(parts, any -> devices.forget(), () -> {});
    this.removals =
        new TenantRemovals(pool, settings(config), keeps, registry::deletedTenants, clock);
    access.onWithdrawal(this::heard);
    measure(meters);
  }

  private void heard(Withdrawal withdrawal) {
    if (withdrawal instanceof Withdrawal.OfDeletedTenant it) {
      removals.noteSoon(it.tenant());
    } else if (withdrawal instanceof Withdrawal.OfEverybody) {
      removals.reconcileSoon();
    }
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
