package io.muster.command.jobs;

import io.muster.contract.id.TenantId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Collection;

/**
 * Has continuous jobs look for devices again when some may fit that did not. Whoever changes a job
 * holds its row before the queues of devices, so this comes first in a transaction. Thread-safe.
 */
@ApplicationScoped
public class ContinuousJobs {
  private final JobsConfig config;
  private final Clock clock;

  ContinuousJobs(JobsConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Devices or groups of these tenants have changed. */
  public Uni<Void> changed(SqlConnection db, Collection<TenantId> tenants) {
    if (tenants.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var names = tenants.stream().map(TenantId::value).distinct().toArray(String[]::new);
    return JobTable.lookAgain(db, names, clock.instant().plus(config.lookAgainAfter()));
  }

  /** What has changed is not known. */
  public Uni<Void> allChanged(SqlConnection db) {
    return JobTable.allLookAgain(db, clock.instant());
  }
}
