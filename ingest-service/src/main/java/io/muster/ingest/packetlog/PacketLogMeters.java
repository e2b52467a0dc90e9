package io.muster.ingest.packetlog;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted about packet logs at this replica. Thread-safe. */
@ApplicationScoped
class PacketLogMeters {
  private final AtomicInteger devices = new AtomicInteger();
  private final Counter written;
  private final Counter leftOut;

  PacketLogMeters(MeterRegistry registry) {
    Gauge.builder("muster.packet.log.devices", devices, AtomicInteger::get)
        .description("Devices whose packets are written down")
        .register(registry);
    written = entries("written", registry);
    leftOut = entries("left-out", registry);
  }

  private static Counter entries(String outcome, MeterRegistry registry) {
    return Counter.builder("muster.packet.log.entries")
        .description("Entries of packet logs")
        .tag("outcome", outcome)
        .register(registry);
  }

  void on(int count) {
    devices.set(count);
  }

  void written() {
    written.increment();
  }

  void leftOut(long entries) {
    leftOut.increment(entries);
  }
}
