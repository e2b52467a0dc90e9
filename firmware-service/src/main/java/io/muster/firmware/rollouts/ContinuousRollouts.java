package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Collection;

/**
 * Has continuous rollouts look for devices again when some may fit that did not. Whoever changes a
 * rollout holds its row before the rows of targets, so this comes first in a transaction.
 * Thread-safe.
 */
@ApplicationScoped
public class ContinuousRollouts {
  private final RolloutsConfig config;
  private final Clock clock;

  ContinuousRollouts(RolloutsConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Devices or groups of these tenants have changed. */
  public void changed(Sql db, Collection<TenantId> tenants) {
    if (!tenants.isEmpty()) {
      RolloutTable.lookAgain(db, tenants, clock.instant().plus(config.lookAgainAfter()));
    }
  }

  /** What has changed is not known. */
  public void allChanged(Sql db) {
    RolloutTable.allLookAgain(db, clock.instant());
  }
}
