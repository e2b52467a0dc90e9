package io.muster.ingest.endpoint.limits;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceLimits;
import io.muster.ingest.endpoint.LimitsConfig;
import io.muster.ingest.endpoint.limits.Limit.Answer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a device uses of a replica over all its connections. It outlives them until nothing of it
 * counts any more, so that connecting anew is no way around a limit. Thread-safe.
 */
public final class DeviceUse {
  /** A connection that was not read for want of room is again when so much is free. */
  private static final double AGAIN = 0.75;

  private final DeviceAddress device;
  private final TenantUse tenant;
  private final Pool total;
  private final LimitMetrics metrics;
  private final DeviceRate rate;
  private final Load load;
  private final Gathering gathering;
  private final Count subscriptions;
  private final Throughput connects;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile int payloadLimitBytes;

  DeviceUse(
      DeviceAddress device,
      TenantUse tenant,
      Pool total,
      LimitsConfig config,
      LimitMetrics metrics,
      long nowNanos) {
    this.device = device;
    this.tenant = tenant;
    this.total = total;
    this.metrics = metrics;
    rate = new DeviceRate(tenant, total, config, nowNanos);
    load = new Load(config.device().inFlightMessages(), config.device().inFlightBytes());
    gathering = new Gathering(this, tenant.pool.gathering, total.gathering);
    subscriptions = new Count(config.device().subscriptions());
    connects = new Throughput(config.device().connectsPerSecond(), 0, Pool.BURST_SECONDS, nowNanos);
  }

  DeviceAddress device() {
    return device;
  }

  /** What it sends. */
  public DeviceRate rate() {
    return rate;
  }

  /** Its large packets that have not come whole. */
  public Gathering gathering() {
    return gathering;
  }

  TenantUse tenant() {
    return tenant;
  }

  /** One more connection, with the limits that the registry names for it. */
  void enter(DeviceLimits limits, long nowNanos) {
    connections.incrementAndGet();
    limit(limits, nowNanos);
  }

  /** The limits that the registry names hold from now on, also for connections that are there. */
  void limit(DeviceLimits limits, long nowNanos) {
    payloadLimitBytes = limits.payloadBytes();
    rate.limit(limits, nowNanos);
  }

  /** A larger payload goes to the dead letters. */
  public int payloadLimitBytes() {
    return payloadLimitBytes;
  }

  /** Counts a CONNECT, unless the device has connected more often than it may. */
  public boolean mayConnect(long nowNanos) {
    if (connects.charge(0, nowNanos) == 0) {
      return true;
    }
    connects.refund(0);
    return false;
  }

  /**
   * @return whether it was the last
   */
  boolean leave() {
    return connections.decrementAndGet() == 0;
  }

  boolean isForgettable(long nowNanos) {
    return connections.get() == 0
        && load.isEmpty()
        && rate.hasRecovered(nowNanos)
        && connects.hasRecovered(nowNanos);
  }

  /** Counts a message on its way to the store. */
  public void add(long size) {
    tenant.add(size);
    if (load.add(size)) {
      tenant.pool.load.holders(1);
    }
  }

  /** Counts no more of so many messages. */
  public void release(int count, long size) {
    tenant.release(count, size);
    if (load.release(count, size)) {
      tenant.pool.load.holders(-1);
    }
  }

  /** The limit for which no more may be on its way; null when there is none. */
  public Limit full() {
    return full(1);
  }

  /** Whether more may be on its way after {@link #full} said no. */
  public boolean hasRoomAgain() {
    return full(AGAIN) == null;
  }

  private Limit full(double part) {
    if (load.isAt(part)) {
      return Limit.DEVICE_IN_FLIGHT;
    }
    var ofTenant = tenant.pool.load;
    if (ofTenant.isTooMuch(load, ofTenant.holders(), part)) {
      return Limit.TENANT_IN_FLIGHT;
    }
    return tenant.isTooMuchOfTotal(load, part) ? Limit.TOTAL_IN_FLIGHT : null;
  }

  /**
   * Counts one more subscription, unless there are as many as there may be.
   *
   * @param weight for how many it counts
   * @return the limit that was reached; null when it counts
   */
  Limit subscribe(int weight) {
    if (!subscriptions.tryAdd(weight)) {
      return Limit.DEVICE_SUBSCRIPTIONS;
    }
    if (!tenant.pool.subscriptions.tryAdd(weight)) {
      subscriptions.add(-weight);
      return Limit.TENANT_SUBSCRIPTIONS;
    }
    if (!total.subscriptions.tryAdd(weight)) {
      subscriptions.add(-weight);
      tenant.pool.subscriptions.add(-weight);
      return Limit.TOTAL_SUBSCRIPTIONS;
    }
    return null;
  }

  /** Counts subscriptions that are there whether they may or not; or no more. */
  void subscriptions(int change) {
    subscriptions.add(change);
    tenant.pool.subscriptions.add(change);
    total.subscriptions.add(change);
  }

  /** Counts in the metrics that a limit was reached. */
  public void reached(Limit limit, Answer answer) {
    metrics.reached(limit, answer);
  }
}
