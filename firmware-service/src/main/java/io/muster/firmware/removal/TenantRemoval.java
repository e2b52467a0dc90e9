package io.muster.firmware.removal;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.TenantId;
import io.muster.firmware.artifacts.StoreSweeper;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.outbox.NotingDeletedTenants;
import io.muster.outbox.SharedEffects;
import io.muster.outbox.TenantRemovals;
import io.muster.rest.access.GoneTenants;
import io.muster.rest.removal.MeasuredRemovals;
import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;

/** Removes what this service keeps of deleted tenants, and closes their paths. Thread-safe. */
@ApplicationScoped
public class TenantRemoval implements GoneTenants {
  private final TenantRemovals removals;

  TenantRemoval(
      Pool pool,
      RemovalConfig config,
      Neighbours neighbours,
      StoreSweeper sweeper,
      Clock clock,
      MeterRegistry meters) {
    this.removals =
        MeasuredRemovals.of(
            pool,
            config,
            TenantTables.keeps(sweeper::sweepForRemoval),
            neighbours::deletedTenants,
            clock,
            meters);
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
}
