package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.rest.problem.Refusal;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Who sends bytes just now: so many at a time, and so many of each tenant. Nobody waits for a
 * place. Thread-safe.
 */
final class Senders {
  private final int all;
  private final int ofTenant;
  private final Map<TenantId, Integer> sending = new HashMap<>();
  private int total;

  Senders(int all, int ofTenant) {
    this.all = all;
    this.ofTenant = ofTenant;
  }

  /**
   * Takes bytes while there is a place for their sender.
   *
   * @throws io.muster.rest.problem.RefusedException when there is none
   */
  long send(TenantId tenant, LongSupplier bytes) {
    enter(tenant);
    try {
      return bytes.getAsLong();
    } finally {
      leave(tenant);
    }
  }

  /** How many send just now. */
  synchronized int count() {
    return total;
  }

  private synchronized void enter(TenantId tenant) {
    if (sending.getOrDefault(tenant, 0) >= ofTenant) {
      throw new Refusal.LimitReached("uploads of the tenant at a time", ofTenant).asException();
    }
    if (total >= all) {
      throw new Refusal.Unavailable("As many uploads are under way as this instance takes")
          .asException();
    }
    total++;
    sending.merge(tenant, 1, Integer::sum);
  }

  private synchronized void leave(TenantId tenant) {
    total--;
    sending.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
  }
}
