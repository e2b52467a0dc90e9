package io.muster.ingest.source;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.access.KnownDevices;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Whether a message's device exists. The broker of others has let it in already, so with the
 * registry away telemetry goes on: the device is believed, and the registry is left alone for a
 * while. Thread-safe.
 */
final class KnownOrBelieved {
  private final KnownDevices devices;
  private final long recheckAfterNanos;
  private final LongSupplier nanos;
  private final AtomicLong awayUntil;

  KnownOrBelieved(KnownDevices devices, Duration recheckAfter, LongSupplier nanos) {
    this.devices = devices;
    this.recheckAfterNanos = recheckAfter.toNanos();
    this.nanos = nanos;
    this.awayUntil = new AtomicLong(nanos.getAsLong());
  }

  /** Never fails. */
  Uni<Boolean> test(DeviceAddress device) {
    if (nanos.getAsLong() - awayUntil.get() < 0) {
      return Uni.createFrom().item(true);
    }
    return devices
        .isKnown(device)
        .onFailure()
        .invoke(() -> awayUntil.set(nanos.getAsLong() + recheckAfterNanos))
        .onFailure()
        .recoverWithItem(true);
  }
}
