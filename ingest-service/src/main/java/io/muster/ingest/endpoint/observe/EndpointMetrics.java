package io.muster.ingest.endpoint.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.limits.PausedConnections;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.muster.ingest.endpoint.limits.Seats;
import io.muster.ingest.endpoint.session.EndReason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the endpoint counts. No label names a device or a tenant; every label's values are few.
 * Thread-safe.
 */
public final class EndpointMetrics {
  private static final Duration[] ACKNOWLEDGE_BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(40),
    Duration.ofMillis(80),
    Duration.ofMillis(160),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30)
  };

  private final MeterRegistry registry;
  private final Counter[] publishes = new Counter[3];
  private final Counter receivedBytes;
  private final Counter shed;
  private final Counter accepted;
  private final Timer acknowledge;
  private final LongAdder inFlight = new LongAdder();
  private final Map<EndReason, Counter> ends = new EnumMap<>(EndReason.class);
  private final Map<Hold, Counter> holds = new EnumMap<>(Hold.class);

  public EndpointMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (int qos = 0; qos < publishes.length; qos++) {
      publishes[qos] =
          counter("muster.endpoint.publishes", "Publishes by QoS", "qos", Integer.toString(qos));
    }
    receivedBytes = counter("muster.endpoint.received.bytes", "Payload bytes of publishes");
    shed = counter("muster.endpoint.shed", "QoS 0 publishes dropped for want of memory");
    accepted = connects("accepted");
    acknowledge =
        Timer.builder("muster.endpoint.acknowledge")
            .description("From the arrival of a publish to its acknowledgement")
            .serviceLevelObjectives(ACKNOWLEDGE_BUCKETS)
            .register(registry);
    for (var reason : EndReason.values()) {
      ends.put(
          reason,
          counter("muster.endpoint.disconnects", "Ends of connections", "reason", reason.label()));
    }
    for (var hold : Hold.values()) {
      holds.put(
          hold,
          counter(
              "muster.endpoint.pauses", "Times that a socket was not read", "reason", label(hold)));
    }
    registry.gauge("muster.endpoint.in.flight", inFlight, LongAdder::doubleValue);
  }

  /** Shows how full the endpoint is. */
  public void watch(Seats connected, Seats knocking, PausedConnections paused, ByteBudget budget) {
    registry.gauge("muster.endpoint.connections", connected, Seats::taken);
    registry.gauge("muster.endpoint.knocking", knocking, Seats::taken);
    registry.gauge("muster.endpoint.paused", paused, PausedConnections::count);
    registry.gauge("muster.endpoint.memory.bytes", budget, ByteBudget::usedBytes);
    registry.gauge("muster.endpoint.memory.max.bytes", budget, ByteBudget::maxBytes);
  }

  public void connected() {
    accepted.increment();
  }

  /**
   * @param reason one of a fixed few
   */
  public void refused(String reason) {
    connects(reason).increment();
  }

  public void published(int qos, int payloadBytes) {
    publishes[qos].increment();
    receivedBytes.increment(payloadBytes);
  }

  public void shedQos0() {
    shed.increment();
  }

  public void inFlight(int change) {
    inFlight.add(change);
  }

  /** How many publishes wait for the store. */
  public long messagesInFlight() {
    return inFlight.sum();
  }

  public void acknowledged(long nanos) {
    acknowledge.record(nanos, TimeUnit.NANOSECONDS);
  }

  public void ended(EndReason reason) {
    ends.get(reason).increment();
  }

  public void held(Hold hold) {
    holds.get(hold).increment();
  }

  /** A publish that the endpoint itself sent to the dead letters. */
  public void forbidden(String reason) {
    counter("muster.endpoint.forbidden", "Publishes refused by the endpoint", "reason", reason)
        .increment();
  }

  /**
   * @param outcome {@code sent}, {@code delivered}, {@code refused}, {@code expired}, {@code
   *     queue-full}, {@code too-large}, {@code connection-ended}
   */
  public void down(String outcome) {
    counter("muster.endpoint.down", "Messages to devices", "outcome", outcome).increment();
  }

  private Counter connects(String outcome) {
    return counter("muster.endpoint.connects", "CONNECTs by outcome", "outcome", outcome);
  }

  private Counter counter(String name, String description, String... tags) {
    return Counter.builder(name).description(description).tags(tags).register(registry);
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
