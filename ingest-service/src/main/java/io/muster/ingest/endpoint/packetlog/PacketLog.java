package io.muster.ingest.endpoint.packetlog;

import io.muster.contract.id.DeviceAddress;
import io.muster.rest.bans.QuietLog;
import java.util.concurrent.TimeUnit;

/**
 * The packet log of one device at this replica, from its switching on to its end. Bounded in
 * entries a second, so that no device can fill a disk with it. Thread-safe.
 */
final class PacketLog {
  private static final int PERIOD_SECONDS = 10;

  private final DeviceAddress device;
  private final PacketSink sink;
  private final QuietLog quiet;
  private volatile boolean payloads;
  private volatile long endsAtNanos;
  private volatile boolean ended;

  PacketLog(PacketSwitch wanted, int entriesPerSecond, PacketSink sink) {
    this.device = wanted.device();
    this.sink = sink;
    this.quiet =
        new QuietLog(
            entriesPerSecond * PERIOD_SECONDS,
            TimeUnit.SECONDS.toNanos(PERIOD_SECONDS),
            System.nanoTime());
    change(wanted);
  }

  void change(PacketSwitch wanted) {
    payloads = wanted.payloads();
    endsAtNanos = System.nanoTime() + wanted.left().toNanos();
  }

  void end() {
    ended = true;
  }

  boolean isOn() {
    return !ended && System.nanoTime() - endsAtNanos < 0;
  }

  boolean showsPayloads() {
    return payloads;
  }

  DeviceAddress device() {
    return device;
  }

  /** How many entries were left out since the last; negative when the next is left out as well. */
  long admit() {
    return quiet.admit(System.nanoTime());
  }

  void take(PacketEntry entry) {
    sink.take(device, entry);
  }
}
