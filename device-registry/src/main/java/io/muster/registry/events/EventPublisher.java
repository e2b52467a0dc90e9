package io.muster.registry.events;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.OutboxEvent;
import io.muster.outbox.OutboxPublisher;
import io.muster.outbox.OutboxSettings;
import io.muster.outbox.UndeliveredSink.Reason;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import org.jboss.logging.Logger;

/**
 * Numbers the events and takes them to the broker, in one of the instances. With the broker away
 * the log goes on without it. Thread-safe.
 */
@ApplicationScoped
class EventPublisher {
  private static final Logger LOG = Logger.getLogger(EventPublisher.class);

  private final OutboxPublisher publisher;

  EventPublisher(
      Pool pool, OutboxConfig config, Clock clock, BrokerChannel broker, MeterRegistry meters) {
    this.publisher =
        new OutboxPublisher(
            pool,
            settings(config),
            clock,
            broker::publish,
            (_, event, reason) -> keepInLogOnly(event, reason));
    measure(meters);
  }

  void start(@Observes StartupEvent started) {
    publisher.start();
  }

  @PreDestroy
  void stop() {
    publisher.close();
  }

  /** For how long the publisher has shown no sign of life. */
  Duration silence() {
    return publisher.silence();
  }

  /** Says that events were committed. */
  void wakeUp() {
    publisher.wakeUp();
  }

  /** No dead letters here: the log has it for everybody who reads on, and that is the promise. */
  private static Uni<Void> keepInLogOnly(OutboxEvent event, Reason reason) {
    LOG.warnf("Event %d was not taken by the broker (%s)", event.sequence(), reason);
    return Uni.createFrom().voidItem();
  }

  private static OutboxSettings settings(OutboxConfig config) {
    var defaults = OutboxSettings.defaults();
    return defaults
        .withBounds(defaults.batchRows(), config.window())
        .withIntervals(config.pollInterval(), defaults.lockInterval(), defaults.databaseTimeout())
        .withPatience(
            config.publishTimeout(),
            defaults.minBackoff(),
            defaults.maxBackoff(),
            defaults.maxAttempts())
        .withAges(config.undeliveredFor(), config.keepFor());
  }

  private void measure(MeterRegistry meters) {
    Gauge.builder("muster.registry.events.waiting", publisher, it -> it.status().waiting())
        .description("Committed events that the broker does not have yet, up to a bound")
        .register(meters);
    FunctionCounter.builder(
            "muster.registry.events.published", publisher, OutboxPublisher::published)
        .description("Events that the broker took from this instance")
        .register(meters);
    for (var reason : Reason.values()) {
      FunctionCounter.builder(
              "muster.registry.events.undelivered", publisher, it -> it.gaveUp(reason))
          .tag("reason", reason.name().toLowerCase(Locale.ROOT))
          .description("Events that stayed in the log alone")
          .register(meters);
    }
  }
}
