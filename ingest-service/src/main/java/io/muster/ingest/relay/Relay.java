package io.muster.ingest.relay;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.OutboxEvent;
import io.muster.ingest.intake.Afterwards;
import io.muster.outbox.OutboxPublisher;
import io.muster.outbox.OutboxSettings;
import io.muster.outbox.OutboxStatus;
import io.muster.outbox.UndeliveredSink;
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
 * Runs this replica's publisher of the outbox, woken by the intake after each commit that wrote to
 * it. At an edge with an uplink the broker gets nothing: it is the hub's, and the hub's
 * ingest-service sends what comes up there, when its log has it. Thread-safe.
 */
@ApplicationScoped
class Relay implements Afterwards, NumberedLog {
  private final BrokerLink broker;
  private final OutboxPublisher publisher;
  private volatile Runnable numbered;

  Relay(
      Pool pool,
      RelayConfig config,
      Clock clock,
      BrokerLink broker,
      UndeliveredLetters undelivered,
      MeterRegistry meters) {
    this.broker = broker;
    this.publisher = new OutboxPublisher(pool, settings(config), clock, this::publish, undelivered);
    meter(meters);
  }

  private Uni<Void> publish(OutboxEvent event) {
    var uplink = numbered;
    if (uplink == null) {
      return broker.publish(event);
    }
    uplink.run();
    return Uni.createFrom().voidItem();
  }

  private static OutboxSettings settings(RelayConfig config) {
    return new OutboxSettings(
        config.batchMessages(),
        config.window(),
        config.publishTimeout(),
        config.pollInterval(),
        config.lockInterval(),
        config.databaseTimeout(),
        config.minBackoff(),
        config.maxBackoff(),
        config.maxAttempts(),
        config.undeliveredFor(),
        config.keepFor());
  }

  private void meter(MeterRegistry meters) {
    Gauge.builder("muster.outbox.waiting.messages", publisher, one -> one.status().waiting())
        .description("Committed messages that the broker does not have yet, 10000 for more")
        .register(meters);
    Gauge.builder("muster.outbox.publisher", publisher, one -> one.status().publisher() ? 1 : 0)
        .description("1 at the replica that publishes the outbox")
        .register(meters);
    FunctionCounter.builder(
            "muster.outbox.published.messages", publisher, OutboxPublisher::published)
        .description("Messages that the broker took from this replica")
        .register(meters);
    for (var reason : UndeliveredSink.Reason.values()) {
      FunctionCounter.builder(
              "muster.outbox.undelivered.messages", publisher, one -> one.gaveUp(reason))
          .tag("reason", reason.name().toLowerCase(Locale.ROOT))
          .description("Messages that were given up")
          .register(meters);
    }
  }

  void start(@Observes StartupEvent started) {
    publisher.start();
  }

  @Override
  public void outboxWritten() {
    publisher.wakeUp();
  }

  @Override
  public boolean isMine() {
    return publisher.status().publisher();
  }

  @Override
  public void follow(Runnable told) {
    numbered = told;
  }

  OutboxStatus status() {
    return publisher.status();
  }

  /** For how long the publisher has shown no sign of life. */
  Duration silence() {
    return publisher.silence();
  }

  @PreDestroy
  void close() {
    publisher.close();
  }
}
