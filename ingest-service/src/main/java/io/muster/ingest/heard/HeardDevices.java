package io.muster.ingest.heard;

import io.muster.contract.id.DeviceAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * When devices were last heard of that have no connection of their own here: those behind gateways,
 * and those at a broker of others. To a second, so that a message costs a look and no more.
 * Remembers a bounded number; beyond it new ones are not heard. Thread-safe.
 */
public final class HeardDevices {
  /** What is heard within so many milliseconds is heard once. */
  public static final long GRAIN_MILLIS = 1_000;

  private final ConcurrentHashMap<DeviceAddress, Long> times = new ConcurrentHashMap<>();
  private final int most;

  /**
   * @param most how many devices are remembered at a time
   */
  public HeardDevices(int most) {
    this.most = most;
  }

  public void heard(DeviceAddress device, long atMillis) {
    var known = times.get(device);
    if (known == null ? times.size() < most : atMillis - known >= GRAIN_MILLIS) {
      times.merge(device, atMillis, Math::max);
    }
  }

  public void each(Consumer<HeardDevice> visitor) {
    times.forEach((device, at) -> visitor.accept(new HeardDevice(device, at, 0, false)));
  }

  /** Forgets those that were not heard of since. */
  public void forgetBefore(long millis) {
    times.values().removeIf(at -> at < millis);
  }
}
