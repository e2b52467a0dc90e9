package io.muster.command.outbox;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.queue.SentMessages;
import io.muster.command.queue.Written;
import io.muster.command.trace.CommandTraces;
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

/**
 * Takes messages to the broker, in one of the instances and in order for each device; with the
 * broker away they wait. That the broker has one is on record before it is settled. Thread-safe.
 */
@ApplicationScoped
class CommandPublisher {
  private static final String COMMANDS = "command/";

  private final OutboxPublisher publisher;
  private final BrokerChannel broker;
  private final SentMessages sent;
  private final CommandTraces traces;

  CommandPublisher(
      Pool pool,
      OutboxConfig config,
      Clock clock,
      BrokerChannel broker,
      SentMessages sent,
      CommandTraces traces,
      MeterRegistry meters) {
    this.broker = broker;
    this.sent = sent;
    this.traces = traces;
    this.publisher =
        new OutboxPublisher(
            pool,
            settings(config),
            clock,
            this::publish,
            (transaction, event, reason) -> sent.notPublished(transaction, event.id()));
    measure(meters);
  }

  void start(@Observes StartupEvent started) {
    publisher.start();
  }

  @PreDestroy
  void stop() {
    publisher.close();
  }

  void wakeUp(@Observes Written written) {
    if (written.messages() > 0) {
      publisher.wakeUp();
    }
  }

  /** For how long the publisher has shown no sign of life. */
  Duration silence() {
    return publisher.silence();
  }

  private Uni<Void> publish(OutboxEvent event) {
    if (!event.topic().startsWith(COMMANDS)) {
      // What is said over AWS IoT's topics is no command's message.
      return broker.publish(event);
    }
    return sent.isWanted(event.id())
        .flatMap(
            wanted ->
                wanted
                    ? traces
                        .sending(event, broker.publish(event))
                        .flatMap(done -> sent.atBroker(event.id()))
                    // It was called off or has ended meanwhile.
                    : Uni.createFrom().voidItem());
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
    Gauge.builder("muster.command.messages.waiting", publisher, it -> it.status().waiting())
        .description("Committed messages that the broker does not have yet, up to a bound")
        .register(meters);
    FunctionCounter.builder(
            "muster.command.messages.published", publisher, OutboxPublisher::published)
        .description("Messages that the broker took from this instance")
        .register(meters);
    for (var reason : Reason.values()) {
      FunctionCounter.builder(
              "muster.command.messages.undelivered", publisher, it -> it.gaveUp(reason))
          .tag("reason", reason.name().toLowerCase(Locale.ROOT))
          .description("Messages that the broker never took")
          .register(meters);
    }
  }
}
