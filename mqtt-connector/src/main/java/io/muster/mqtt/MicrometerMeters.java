package io.muster.mqtt;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Counts into Micrometer's global registry; loaded only where Micrometer is there. */
final class MicrometerMeters implements Meters {
  private static final String CHANNEL = "channel";

  private final String channel;
  private final Counter connections;
  private final Counter losses;
  private final Map<Event, Counter> counters = new EnumMap<>(Event.class);
  private final List<Meter> meters = new ArrayList<>();

  MicrometerMeters(String channel) {
    this.channel = channel;
    connections = counter("muster.mqtt.connections", "Connections that were made");
    losses = counter("muster.mqtt.disconnections", "Connections that were lost or not made");
    for (var event : Event.values()) {
      counters.put(event, counter(event.metric(), event.description()));
    }
  }

  private Counter counter(String name, String description) {
    var counter =
        Counter.builder(name)
            .description(description)
            .tag(CHANNEL, channel)
            .register(Metrics.globalRegistry);
    meters.add(counter);
    return counter;
  }

  @Override
  public void connected() {
    connections.increment();
  }

  @Override
  public void disconnected() {
    losses.increment();
  }

  @Override
  public void count(Event event) {
    counters.get(event).increment();
  }

  @Override
  public <T> void gauge(Figure figure, T source, ToDoubleFunction<T> value) {
    meters.add(
        Gauge.builder(figure.metric(), source, value)
            .description(figure.description())
            .tag(CHANNEL, channel)
            .register(Metrics.globalRegistry));
  }

  @Override
  public void close() {
    meters.forEach(Metrics.globalRegistry::remove);
  }
}
