package io.muster.firmware.inbox;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.topic.PlatformTopic;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.firmware.removal.TenantRemoval;
import io.muster.mqtt.MqttInboundMetadata;
import io.muster.outbox.EventFollower;
import io.muster.outbox.InstanceEffects;
import io.muster.outbox.SharedEffects;
import io.muster.outbox.SharedFollower;
import io.muster.outbox.WithoutRemovedTenants;
import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * Follows the logs of ingest and registry, in one of the instances; what the registry withdraws
 * each instance reads itself. Thread-safe.
 */
@ApplicationScoped
class Followers {
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(5);

  private final InboxConfig config;
  private final WithdrawalLog withdrawalLog;
  private final SharedFollower ingest;
  private final SharedFollower registry;
  private final EventFollower withdrawals;
  private final MeterRegistry meters;

  Followers(
      Pool pool,
      InboxConfig config,
      Clock clock,
      Neighbours neighbours,
      IngestLog ingestLog,
      RegistryLog registryLog,
      TenantRemoval removal,
      WithdrawalLog withdrawalLog,
      MeterRegistry meters) {
    this.config = config;
    this.withdrawalLog = withdrawalLog;
    this.meters = meters;
    this.ingest =
        new SharedFollower(
            effects(pool, "ingest", new WithoutRemovedTenants(ingestLog)),
            settings("ingest", config.pollInterval()),
            ingestLog::page,
            ingestLog::committed,
            clock);
    this.registry =
        new SharedFollower(
            effects(pool, "registry", removal.noting(registryLog)),
            settings("registry", config.pollInterval()),
            neighbours::registryEvents,
            () -> {},
            clock);
    this.withdrawals =
        new EventFollower(
            settings("registry's withdrawals", config.withdrawalInterval()),
            withdrawalLog::page,
            new InstanceEffects(neighbours::registryEvents, withdrawalLog),
            clock);
  }

  void start(@Observes StartupEvent started) {
    if (config.enabled()) {
      measure("ingest", ingest);
      measure("registry", registry);
      ingest.start();
      registry.start();
      withdrawals.start();
    }
  }

  @PreDestroy
  void stop() {
    if (config.enabled()) {
      ingest.close();
      registry.close();
      withdrawals.close();
    }
  }

  @Incoming("ingest-events")
  void ingestSpoke(byte[] unread) {
    ingest.wakeUp();
  }

  @Incoming("registry-events")
  CompletionStage<Void> registrySpoke(Message<byte[]> message) {
    registry.wakeUp();
    withdrawals.wakeUp();
    message
        .getMetadata(MqttInboundMetadata.class)
        .flatMap(mqtt -> PlatformTopic.parse(mqtt.topic()))
        .ifPresent(withdrawalLog::take);
    return message.ack();
  }

  /** For how long one of them has shown no sign of life. */
  Duration silence() {
    if (!config.enabled()) {
      return Duration.ZERO;
    }
    return Stream.of(ingest.silence(), registry.silence(), withdrawals.silence())
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  private void measure(String log, SharedFollower follower) {
    Gauge.builder("muster.firmware.inbox.behind", () -> follower.behind().toMillis() / 1000.0)
        .baseUnit("seconds")
        .description("Since the instance that follows a log last had all of it")
        .tag("service", log)
        .register(meters);
  }

  private SharedEffects effects(Pool pool, String log, SharedEffects.Reader reader) {
    return new SharedEffects(
        pool, config.timeout(), log, config.rememberFor(), config.turn(), reader);
  }

  private EventFollower.Settings settings(String log, Duration pollInterval) {
    return new EventFollower.Settings(
        log, config.pageSize(), pollInterval, config.timeout().multipliedBy(2), MAX_BACKOFF);
  }
}
