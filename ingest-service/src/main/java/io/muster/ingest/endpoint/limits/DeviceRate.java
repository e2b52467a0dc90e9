package io.muster.ingest.endpoint.limits;

import io.muster.contract.registry.DeviceLimits;
import io.muster.ingest.endpoint.LimitsConfig;

/**
 * What a device sends in a second over all its connections, against what it, its tenant and all may
 * send. Thread-safe.
 */
public final class DeviceRate {
  private record Own(DeviceLimits limits, Throughput throughput, Throughput refusals) {}

  private final TenantUse tenant;
  private final Pool total;
  private final LimitsConfig config;
  private final Share shareOfTenant;
  private final Share shareOfTotal;
  private final Excess excess;
  private volatile long seenInPeriod = -1;
  private volatile Own own;

  DeviceRate(TenantUse tenant, Pool total, LimitsConfig config, long nowNanos) {
    this.tenant = tenant;
    this.total = total;
    this.config = config;
    shareOfTenant = new Share(nowNanos);
    shareOfTotal = new Share(nowNanos);
    excess = new Excess(config.patience().toNanos());
  }

  /** The registry names these limits; others than before begin anew. */
  void limit(DeviceLimits limits, long nowNanos) {
    if (own == null || !own.limits.equals(limits)) {
      own =
          new Own(
              limits,
              throughput(limits, Pool.BURST_SECONDS, nowNanos),
              throughput(limits, 1, nowNanos));
    }
  }

  private Throughput throughput(DeviceLimits limits, double burstSeconds, long nowNanos) {
    return new Throughput(
        limits.messagesPerSecond(), config.device().bytesPerSecond(), burstSeconds, nowNanos);
  }

  /** Whether nothing of what was charged still counts. */
  boolean hasRecovered(long nowNanos) {
    return own.throughput.hasRecovered(nowNanos)
        && shareOfTenant.hasRecovered(nowNanos)
        && shareOfTotal.hasRecovered(nowNanos);
  }

  /** It sends something that may be shared out; called before the three charges. */
  public void sends(long nowNanos) {
    seenInPeriod = tenant.pool.sharers.use(seenInPeriod, nowNanos);
    tenant.seen(nowNanos);
  }

  /**
   * Counts a message of the device against its own rate, whether it may come or not.
   *
   * @param size in bytes
   * @return for how many nanoseconds nothing more should come; 0 when more may
   */
  public long charge(int size, long nowNanos) {
    return own.throughput.charge(size, nowNanos);
  }

  /** The same against its tenant's rate: it waits while its siblings need what it has used. */
  public long chargeTenant(int size, long nowNanos) {
    var pool = tenant.pool;
    var overdrawn = pool.rate.charge(size, nowNanos);
    if (overdrawn == 0) {
      return 0;
    }
    var cost = pool.rate.costNanos(size);
    var part = shareOfTenant.charge(cost, pool.sharers.count(nowNanos), nowNanos);
    return Pool.waitNanos(overdrawn, part);
  }

  /** The same against the rate of all: neither a tenant nor its device may use up others' share. */
  public long chargeTotal(int size, long nowNanos) {
    var overdrawn = total.rate.charge(size, nowNanos);
    if (overdrawn == 0) {
      return 0;
    }
    var ofTenant = tenant.chargeShareOfTotal(size, nowNanos);
    var sharers = (long) total.sharers.count(nowNanos) * tenant.pool.sharers.count(nowNanos);
    var ofDevice = shareOfTotal.charge(total.rate.costNanos(size), sharers, nowNanos);
    return Pool.waitNanos(overdrawn, Math.min(ofTenant, ofDevice));
  }

  /**
   * Whether what must wait is to be refused: it has been slowed down for so long, or has sent so
   * much, that it will not do with less.
   *
   * @param waitNanos how long it would have to wait
   */
  public boolean isSustained(long waitNanos, long nowNanos) {
    return excess.isSustained(waitNanos, nowNanos);
  }

  /**
   * Takes a message back that was charged and is refused.
   *
   * @return for how many nanoseconds nothing more should come: a device hears no more refusals in a
   *     second than it may send messages
   */
  public long refuse(int size, long nowNanos) {
    own.throughput.refund(size);
    tenant.pool.rate.refund(size);
    total.rate.refund(size);
    return own.refusals.charge(size, nowNanos);
  }
}
