package io.muster.ingest.endpoint.limits;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceLimits;
import io.muster.ingest.endpoint.LimitsConfig;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What devices and tenants use of this replica, against what they may. Only devices that showed a
 * credential have a record, and it is forgotten when they have gone and nothing of it counts any
 * more. Thread-safe.
 */
public final class Quotas {
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** So much of the memory may be set aside for packets that have not come whole: a third. */
  private static final int GATHERING_SHARE = 3;

  private final LimitsConfig config;
  private final LimitMetrics metrics;
  private final PoolLimits ofTenant;
  private final int mostIdle;
  private final Pool total;
  private final ConcurrentHashMap<TenantId, TenantUse> tenants = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<DeviceAddress, DeviceUse> devices = new ConcurrentHashMap<>();

  /** Those of them that have no connection. */
  private final Set<DeviceUse> idle = ConcurrentHashMap.newKeySet();

  private final AtomicLong lookedAt;

  /**
   * @param memoryBytes what all may hold, where no other limit is set
   * @param mostIdle devices without a connection of which something is remembered; beyond it their
   *     debts are forgiven
   */
  public Quotas(
      LimitsConfig config, long memoryBytes, int mostIdle, MeterRegistry meters, long nowNanos) {
    this.config = config;
    this.mostIdle = mostIdle;
    metrics = new LimitMetrics(meters);
    ofTenant = PoolLimits.of(config.tenant(), memoryBytes);
    var most = Math.max(1, memoryBytes / GATHERING_SHARE);
    total = new Pool(PoolLimits.of(config.total(), memoryBytes), most, nowNanos);
    Gauge.builder("muster.endpoint.gathering.bytes", total.gathering, Load::bytes)
        .description("Set aside for large packets that have not come whole")
        .register(meters);
    lookedAt = new AtomicLong(nowNanos);
  }

  /**
   * Counts a connection of a device that showed its credential.
   *
   * @param replaces whether another one ends for it, so that it takes that one's place
   * @return null when its tenant has as many connections as it may; else give it back with {@link
   *     #leave}
   */
  public DeviceUse enter(
      DeviceAddress device, DeviceLimits limits, boolean replaces, long nowNanos) {
    var use =
        devices.compute(device, (address, known) -> entered(address, known, limits, nowNanos));
    var connections = use.tenant().pool.connections;
    if (replaces) {
      connections.add(1);
    } else if (!connections.tryAdd()) {
      forget(use, nowNanos);
      return null;
    }
    return use;
  }

  private DeviceUse entered(
      DeviceAddress device, DeviceUse known, DeviceLimits limits, long nowNanos) {
    var use = known == null ? create(device, nowNanos) : known;
    use.enter(limits, nowNanos);
    idle.remove(use);
    return use;
  }

  private DeviceUse create(DeviceAddress device, long nowNanos) {
    var tenant =
        tenants.compute(
            device.tenant(),
            (id, known) -> {
              var use = known == null ? new TenantUse(ofTenant, total, nowNanos) : known;
              use.device(1);
              return use;
            });
    return new DeviceUse(device, tenant, total, config, metrics, nowNanos);
  }

  /** The registry names other limits for a tenant's devices. */
  public void limit(TenantId tenant, DeviceLimits limits, long nowNanos) {
    devices.forEach(
        (device, use) -> {
          if (device.tenant().equals(tenant)) {
            use.limit(limits, nowNanos);
          }
        });
  }

  /** The connection has ended. */
  public void leave(DeviceUse use, long nowNanos) {
    use.tenant().pool.connections.add(-1);
    forget(use, nowNanos);
  }

  private void forget(DeviceUse use, long nowNanos) {
    devices.computeIfPresent(use.device(), (device, it) -> left(it, nowNanos));
  }

  private DeviceUse left(DeviceUse use, long nowNanos) {
    if (!use.leave()) {
      return use;
    }
    if (use.isForgettable(nowNanos) || idle.size() >= mostIdle) {
      use.tenant().device(-1);
      return null;
    }
    idle.add(use);
    return use;
  }

  /** Forgets those that have gone and of which nothing counts; looks once in a second. */
  public void forgetRecovered(long nowNanos) {
    var before = lookedAt.get();
    if (nowNanos - before < LOOK_NANOS || !lookedAt.compareAndSet(before, nowNanos)) {
      return;
    }
    for (var use : idle) {
      devices.computeIfPresent(use.device(), (device, it) -> it == use ? rest(it, nowNanos) : it);
    }
    for (var tenant : tenants.keySet()) {
      tenants.computeIfPresent(tenant, (id, use) -> use.isForgettable(nowNanos) ? null : use);
    }
  }

  private DeviceUse rest(DeviceUse use, long nowNanos) {
    if (!use.isForgettable(nowNanos)) {
      return use;
    }
    idle.remove(use);
    use.tenant().device(-1);
    return null;
  }

  /** Of how many devices something is remembered. */
  int devices() {
    return devices.size();
  }

  int tenants() {
    return tenants.size();
  }
}
