package io.muster.ingest.endpoint.limits;

import java.util.concurrent.atomic.AtomicInteger;

/** What a tenant's devices use of a replica together. Thread-safe. */
final class TenantUse {
  final Pool pool;
  private final Pool total;
  private final Share shareOfTotal;
  private volatile long seenInPeriod = -1;

  /** Devices of which something is remembered. */
  private final AtomicInteger devices = new AtomicInteger();

  TenantUse(PoolLimits limits, Pool total, long nowNanos) {
    this.pool = new Pool(limits, 0, nowNanos);
    this.total = total;
    this.shareOfTotal = new Share(nowNanos);
  }

  void device(int change) {
    devices.addAndGet(change);
  }

  void seen(long nowNanos) {
    seenInPeriod = total.sharers.use(seenInPeriod, nowNanos);
  }

  /** For how long the tenant has used its share of what all may send. */
  long chargeShareOfTotal(int size, long nowNanos) {
    return shareOfTotal.charge(total.rate.costNanos(size), total.sharers.count(nowNanos), nowNanos);
  }

  void add(long size) {
    total.load.add(size);
    if (pool.load.add(size)) {
      total.load.holders(1);
    }
  }

  void release(int count, long size) {
    total.load.release(count, size);
    if (pool.load.release(count, size)) {
      total.load.holders(-1);
    }
  }

  /** Whether the tenant and one of its devices hold too much of what all may have on its way. */
  boolean isTooMuchOfTotal(Load ofDevice, double part) {
    var tenants = total.load.holders();
    return total.load.isTooMuch(pool.load, tenants, part)
        && total.load.isTooMuch(ofDevice, (long) tenants * pool.load.holders(), part);
  }

  boolean isForgettable(long nowNanos) {
    return devices.get() == 0 && pool.hasRecovered(nowNanos);
  }
}
