package io.muster.ingest.removal;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.TenantId;
import io.muster.ingest.access.DeletedTenantsSource;
import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.access.Withdrawal;
import io.muster.ingest.devices.DeviceDirectory;
import io.muster.outbox.TenantRemovals;
import io.muster.rest.access.GoneTenants;
import io.muster.rest.removal.MeasuredRemovals;
import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;

/**
 * Removes what this service keeps of deleted tenants, and closes their paths. Each replica hears of
 * them by the registry's log, which it follows from where it stood at its start; for the rest it
 * asks. Thread-safe.
 */
@ApplicationScoped
public class TenantRemoval implements GoneTenants {
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
        MeasuredRemovals.of(pool, config, keeps, registry::deletedTenants, clock, meters);
    access.onWithdrawal(this::heard);
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
}
