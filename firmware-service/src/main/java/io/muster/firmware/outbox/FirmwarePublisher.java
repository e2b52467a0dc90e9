package io.muster.firmware.outbox;

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
 * Numbers messages and events and takes them to the broker, in one of the instances and in order
 * for each device. With the broker away the log goes on without it: a device that is not told finds
 * its update when it polls or connects. Thread-safe.
 */
@ApplicationScoped
public class FirmwarePublisher {
  private static final Logger LOG = Logger.getLogger(FirmwarePublisher.class);

  private final OutboxPublisher publisher;

  FirmwarePublisher(
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

  /** Says that messages were committed. */
  public void wakeUp() {
    publisher.wakeUp();
  }

  /** For how long the publisher has shown no sign of life. */
  Duration silence() {
    return publisher.silence();
  }

  private static Uni<Void> keepInLogOnly(OutboxEvent event, Reason reason) {
    LOG.warnf("Message %d was not taken by the broker (%s)", event.sequence(), reason);
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
        .withAges(defaults.undeliveredFor(), config.keepFor());
  }

  private void measure(MeterRegistry meters) {
    Gauge.builder("muster.firmware.messages.waiting", publisher, it -> it.status().waiting())
        .description("Committed messages that the broker does not have yet, up to a bound")
        .register(meters);
    FunctionCounter.builder(
            "muster.firmware.messages.published", publisher, OutboxPublisher::published)
        .description("Messages that the broker took from this instance")
        .register(meters);
    for (var reason : Reason.values()) {
      FunctionCounter.builder(
              "muster.firmware.messages.undelivered", publisher, it -> it.gaveUp(reason))
          .tag("reason", reason.name().toLowerCase(Locale.ROOT))
          .description("Messages that stayed in the log alone")
          .register(meters);
    }
  }
}
