package io.muster.ingest.endpoint.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.muster.ingest.endpoint.limits.AdmissionLine;
import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.limits.Knocking;
import io.muster.ingest.endpoint.limits.PausedConnections;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.muster.ingest.endpoint.limits.Seats;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.tracing.Exemplars;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

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
    // The service-level objective: 99.9 % of what devices say is stored within it.
    Duration.ofSeconds(3),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30)
  };

  /** Why the endpoint itself sends a publish to the dead letters. */
  private static final List<DeadLetterReason> FORBIDDEN =
      List.of(DeadLetterReason.TOPIC_NOT_ALLOWED, DeadLetterReason.TOO_LARGE);

  /** What may become of a message to a device. */
  private static final List<String> DOWN =
      List.of(
          "sent",
          "delivered",
          "refused",
          "expired",
          "queue-full",
          "memory",
          "too-large",
          "not-subscribed",
          "connection-ended");

  /** What may become of a filter in SUBSCRIBE. */
  private static final List<String> SUBSCRIPTIONS =
      List.of(
          "granted",
          "not-authorized",
          "topic-filter-invalid",
          "shared-subscriptions-not-supported",
          "quota-exceeded",
          "not-stored");

  private final MeterRegistry registry;
  private final Counter[] publishes = new Counter[3];
  private final Counter receivedBytes;
  private final Counter sentBytes;
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
    sentBytes = counter("muster.endpoint.sent.bytes", "Payload bytes of messages to devices");
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
    gauge(
        "muster.endpoint.in.flight",
        "Publishes that wait for their commit",
        inFlight,
        LongAdder::sum);
    // A counter that is there before its first event can be told from one that is missing.
    FORBIDDEN.forEach(reason -> forbiddenBy(reason.label()));
    DOWN.forEach(this::downward);
    SUBSCRIPTIONS.forEach(this::subscriptions);
  }

  private <T> void gauge(String name, String description, T source, ToDoubleFunction<T> value) {
    Gauge.builder(name, source, value).description(description).register(registry);
  }

  /** Shows how many CONNECTs are being answered, how many wait for that, and how many for TLS. */
  public void watch(AdmissionLine line, AdmissionLine handshakes) {
    gauge(
        "muster.endpoint.handshakes.waiting",
        "Connections that wait for their TLS handshake",
        handshakes,
        AdmissionLine::waiting);
    gauge("muster.endpoint.admissions", "CONNECTs looked at now", line, AdmissionLine::underWay);
    gauge(
        "muster.endpoint.admissions.waiting",
        "CONNECTs that wait in the line",
        line,
        AdmissionLine::waiting);
  }

  /** Shows how full the endpoint is. */
  public void watch(
      Seats connected, Knocking knocking, PausedConnections paused, ByteBudget budget) {
    gauge("muster.endpoint.connections", "Devices connected", connected, Seats::taken);
    gauge(
        "muster.endpoint.knocking",
        "Sockets without an accepted CONNECT",
        knocking.seats(),
        Seats::taken);
    gauge(
        "muster.endpoint.knocking.bytes",
        "Held for sockets without an accepted CONNECT",
        knocking.memory(),
        ByteBudget::usedBytes);
    gauge("muster.endpoint.paused", "Sockets not read now", paused, PausedConnections::count);
    gauge("muster.endpoint.memory.bytes", "Held for all devices", budget, ByteBudget::usedBytes);
    gauge(
        "muster.endpoint.unread.bytes",
        "Received, and not decoded because the connection is not read",
        budget,
        ByteBudget::unreadBytes);
    gauge("muster.endpoint.memory.max.bytes", "The most of it", budget, ByteBudget::maxBytes);
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

  /**
   * A publish is acknowledged.
   *
   * @param nanos since it arrived
   * @param trace with its span, or the root
   */
  public void acknowledged(long nanos, Context trace) {
    if (trace == Context.root()) {
      acknowledge.record(nanos, TimeUnit.NANOSECONDS);
    } else {
      Exemplars.measured(trace, () -> acknowledge.record(nanos, TimeUnit.NANOSECONDS));
    }
  }

  public void ended(EndReason reason) {
    ends.get(reason).increment();
  }

  public void held(Hold hold) {
    holds.get(hold).increment();
  }

  /** A publish that the endpoint itself sent to the dead letters. */
  public void forbidden(String reason) {
    forbiddenBy(reason).increment();
  }

  private Counter forbiddenBy(String reason) {
    return counter(
        "muster.endpoint.forbidden", "Publishes refused by the endpoint", "reason", reason);
  }

  /**
   * @param outcome one of {@link #DOWN}
   */
  public void down(String outcome) {
    downward(outcome).increment();
  }

  private Counter downward(String outcome) {
    return counter("muster.endpoint.down", "Messages to devices", "outcome", outcome);
  }

  /** A message went to its device's socket. */
  public void sent(int payloadBytes) {
    down("sent");
    sentBytes.increment(payloadBytes);
  }

  /**
   * @param outcome one of {@link #SUBSCRIPTIONS}
   */
  public void subscription(String outcome) {
    subscriptions(outcome).increment();
  }

  private Counter subscriptions(String outcome) {
    return counter(
        "muster.endpoint.subscriptions", "Filters in SUBSCRIBE by outcome", "outcome", outcome);
  }

  private Counter connects(String outcome) {
    return counter("muster.endpoint.connects", "CONNECTs by outcome", "outcome", outcome);
  }

  private Counter counter(String name, String description, String... tags) {
    return Counter.builder(name).description(description).tags(tags).register(registry);
  }

  /** How a value is written as a label. */
  public static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
