package io.muster.ingest.endpoint.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.endpoint.observe.ClientKind.Transport;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** How many devices are connected in each way. Thread-safe. */
public final class ConnectedClients {
  private final Map<ClientKind, AtomicInteger> counts = new HashMap<>();

  public ConnectedClients(MeterRegistry registry) {
    for (var version : ProtocolVersion.values()) {
      for (var transport : Transport.values()) {
        var count = new AtomicInteger();
        counts.put(new ClientKind(version, transport), count);
        Gauge.builder("muster.endpoint.clients", count, AtomicInteger::get)
            .description("Devices connected, by MQTT version and transport")
            .tag("version", version == ProtocolVersion.MQTT_5 ? "5" : "3.1.1")
            .tag("transport", transport.label())
            .register(registry);
      }
    }
  }

  public void came(ClientKind kind) {
    counts.get(kind).incrementAndGet();
  }

  public void left(ClientKind kind) {
    counts.get(kind).decrementAndGet();
  }
}
