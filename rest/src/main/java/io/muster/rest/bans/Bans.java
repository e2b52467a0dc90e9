package io.muster.rest.bans;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Who is refused for a while because it failed to authenticate again and again: addresses, and
 * devices from an address. Never a device from everywhere, since anybody can fail in its name. A
 * bounded number of addresses, and of devices for each. Thread-safe; a lock is held for a few map
 * operations.
 */
public final class Bans {
  /** Whoever tries more names from one address is caught by that address's own count. */
  private static final int MOST_DEVICES = 16;

  private static final int EXPECTED = 64;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What a failure led to, beside the refusal. */
  public sealed interface Verdict {
    /** Nothing yet. */
    enum Watched implements Verdict {
      WATCHED
    }

    /** The device is refused from that address for so long. */
    record DeviceBanned(Duration lasts) implements Verdict {}

    /** The address is refused for so long. */
    record AddressBanned(Duration lasts) implements Verdict {}
  }

  private static final class Offender {
    private Offences own;
    private final Map<DeviceAddress, Offences> devices = new HashMap<>(2);

    Offender(Offences own) {
      this.own = own;
    }

    void forgive(BansConfig config, long nowNanos) {
      own = new Offences(config, nowNanos);
    }

    boolean isSpent(long nowNanos) {
      devices.values().removeIf(it -> it.isSpent(nowNanos));
      return devices.isEmpty() && own.isSpent(nowNanos);
    }
  }

  private final BansConfig config;
  private final List<Cidr> never;
  private final Counter addressBans;
  private final Counter deviceBans;
  private final LinkedHashMap<Network, Offender> offenders;
  private long lookedAtNanos;

  /**
   * @param metrics what the names of its metrics begin with, as {@code muster.endpoint}
   * @throws IllegalArgumentException when {@link BansConfig#never()} names what is no network
   */
  public Bans(BansConfig config, String metrics, MeterRegistry meters, long nowNanos) {
    this.config = config;
    never = config.never().stream().map(Cidr::parse).toList();
    addressBans = bans(metrics, meters, "address");
    deviceBans = bans(metrics, meters, "device");
    Gauge.builder(metrics + ".offenders", this, Bans::offenders)
        .description("Addresses of which failures to authenticate are remembered")
        .register(meters);
    offenders =
        new LinkedHashMap<>(EXPECTED, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Network, Offender> eldest) {
            return size() > config.most();
          }
        };
    lookedAtNanos = nowNanos;
  }

  private static Counter bans(String metrics, MeterRegistry meters, String of) {
    return Counter.builder(metrics + ".bans")
        .description("Bans after repeated failures to authenticate")
        .tag("of", of)
        .register(meters);
  }

  /** Whether nobody from there is let in now. */
  public synchronized boolean isBanned(Network from, long nowNanos) {
    var offender = offenders.get(from);
    return offender != null && offender.own.isBanned(nowNanos);
  }

  /** Whether that device is not let in from there now. */
  public synchronized boolean isBanned(Network from, DeviceAddress device, long nowNanos) {
    var offender = offenders.get(from);
    if (offender == null) {
      return false;
    }
    var offences = offender.devices.get(device);
    return offender.own.isBanned(nowNanos) || offences != null && offences.isBanned(nowNanos);
  }

  /**
   * For how long that device is not let in from there, or nobody is.
   *
   * @param device who it says it is, or null
   * @return zero when it may try now
   */
  public synchronized Duration remaining(Network from, DeviceAddress device, long nowNanos) {
    var offender = offenders.get(from);
    if (offender == null) {
      return Duration.ZERO;
    }
    var ofAddress = offender.own.remaining(nowNanos);
    var offences = device == null ? null : offender.devices.get(device);
    var ofDevice = offences == null ? Duration.ZERO : offences.remaining(nowNanos);
    return ofAddress.compareTo(ofDevice) > 0 ? ofAddress : ofDevice;
  }

  /**
   * Somebody failed to authenticate.
   *
   * @param device who it said it was, or null
   */
  public Verdict failed(Network from, DeviceAddress device, long nowNanos) {
    if (from.equals(Network.UNKNOWN) || never.stream().anyMatch(from::isIn)) {
      return Verdict.Watched.WATCHED;
    }
    var verdict = judge(from, device, nowNanos);
    switch (verdict) {
      case Verdict.AddressBanned banned -> addressBans.increment();
      case Verdict.DeviceBanned banned -> deviceBans.increment();
      case Verdict.Watched watched -> {}
    }
    return verdict;
  }

  private synchronized Verdict judge(Network from, DeviceAddress device, long nowNanos) {
    var offender =
        offenders.computeIfAbsent(from, key -> new Offender(new Offences(config, nowNanos)));
    var ofAddress = offender.own.failed(config.addressFailures(), nowNanos);
    var ofDevice = device == null ? null : failed(offender, device, nowNanos);
    if (ofAddress != null) {
      return new Verdict.AddressBanned(ofAddress);
    }
    return ofDevice == null ? Verdict.Watched.WATCHED : new Verdict.DeviceBanned(ofDevice);
  }

  private Duration failed(Offender offender, DeviceAddress device, long nowNanos) {
    var offences = offender.devices.get(device);
    if (offences == null) {
      if (offender.devices.size() >= MOST_DEVICES) {
        offender.devices.values().removeIf(it -> it.isSpent(nowNanos));
      }
      if (offender.devices.size() >= MOST_DEVICES) {
        return null;
      }
      offences = new Offences(config, nowNanos);
      offender.devices.put(device, offences);
    }
    return offences.failed(config.deviceFailures(), nowNanos);
  }

  /**
   * A device authenticated: its own failures from there, and those of the address, are forgotten.
   */
  public synchronized void succeeded(Network from, DeviceAddress device, long nowNanos) {
    var offender = offenders.get(from);
    if (offender == null) {
      return;
    }
    offender.devices.remove(device);
    if (offender.devices.isEmpty()) {
      offenders.remove(from);
    } else {
      offender.forgive(config, nowNanos);
    }
  }

  /** Forgets those of which nothing counts any more; looks once in ten seconds. */
  public synchronized void forgetSpent(long nowNanos) {
    if (nowNanos - lookedAtNanos >= LOOK_NANOS) {
      lookedAtNanos = nowNanos;
      offenders.values().removeIf(offender -> offender.isSpent(nowNanos));
    }
  }

  /** Of how many addresses something is remembered. */
  synchronized int offenders() {
    return offenders.size();
  }
}
