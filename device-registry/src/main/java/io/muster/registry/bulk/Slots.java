package io.muster.registry.bulk;

import io.muster.contract.id.TenantId;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;

/** How many imports and exports run in this instance, in all and of each tenant. Thread-safe. */
@ApplicationScoped
class Slots {
  private final BulkLimits limits;
  private final Map<TenantId, Integer> ofTenant = new HashMap<>();
  private int all;

  Slots(BulkLimits limits) {
    this.limits = limits;
  }

  /**
   * Takes one, to be given back with {@link Slot#close}.
   *
   * @throws io.muster.rest.problem.RefusedException with 429 when there is none
   */
  synchronized Slot take(TenantId tenant) {
    var own = ofTenant.getOrDefault(tenant, 0);
    if (own >= limits.maxConcurrentOfTenant()) {
      throw new Refusal.LimitReached(
              "imports and exports of a tenant", limits.maxConcurrentOfTenant())
          .asException();
    }
    if (all >= limits.maxConcurrent()) {
      throw new Refusal.LimitReached("imports and exports", limits.maxConcurrent()).asException();
    }
    ofTenant.put(tenant, own + 1);
    all++;
    return new Slot(tenant);
  }

  private synchronized void giveBack(TenantId tenant) {
    ofTenant.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
    all--;
  }

  synchronized int taken() {
    return all;
  }

  /** One that is taken. */
  final class Slot implements AutoCloseable {
    private final TenantId tenant;
    private boolean open = true;

    private Slot(TenantId tenant) {
      this.tenant = tenant;
    }

    /** Gives it back, once. */
    @Override
    public synchronized void close() {
      if (open) {
        open = false;
        giveBack(tenant);
      }
    }
  }
}
