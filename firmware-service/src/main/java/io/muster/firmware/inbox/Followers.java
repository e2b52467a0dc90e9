package io.muster.firmware.inbox;

import io.muster.contract.event.EventPage;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.topic.PlatformTopic;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.firmware.removal.TenantRemoval;
import io.muster.firmware.targets.Withdrawal;
import io.muster.mqtt.MqttInboundMetadata;
import io.muster.outbox.EventFollower;
import io.muster.outbox.SharedEffects;
import io.muster.outbox.WithoutRemovedTenants;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * Follows the logs of ingest and registry, in one of the instances. What is withdrawn each instance
 * hears itself. Thread-safe.
 */
@ApplicationScoped
class Followers {
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(5);
  private static final Set<String> WITHDRAWING =
      Set.of(
          "credential-revoked",
          "token-key-withdrawn",
          "device-disabled",
          "device-deleted",
          "tenant-deleted");

  private final InboxConfig config;
  private final Event<Withdrawal> withdrawals;
  private final SharedEffects ingestEffects;
  private final SharedEffects registryEffects;
  private final EventFollower ingest;
  private final EventFollower registry;

  Followers(
      Pool pool,
      InboxConfig config,
      Clock clock,
      Neighbours neighbours,
      IngestLog ingestLog,
      RegistryLog registryLog,
      TenantRemoval removal,
      Event<Withdrawal> withdrawals) {
    this.config = config;
    this.withdrawals = withdrawals;
    this.ingestEffects = effects(pool, "ingest", new WithoutRemovedTenants(ingestLog));
    this.registryEffects = effects(pool, "registry", removal.noting(registryLog));
    this.ingest =
        new EventFollower(
            settings("ingest"),
            neighbours::ingestEvents,
            new Telling(ingestEffects, ingestLog::committed),
            ingestEffects,
            clock);
    this.registry =
        new EventFollower(
            settings("registry"),
            neighbours::registryEvents,
            registryEffects,
            registryEffects,
            clock);
  }

  void start(@Observes StartupEvent started) {
    if (config.enabled()) {
      ingest.start();
      registry.start();
    }
  }

  @PreDestroy
  void stop() {
    if (config.enabled()) {
      ingest.close();
      registry.close();
      endTurn(ingestEffects);
      endTurn(registryEffects);
    }
  }

  @Incoming("ingest-events")
  void ingestSpoke(byte[] unread) {
    ingest.wakeUp();
  }

  @Incoming("registry-events")
  CompletionStage<Void> registrySpoke(Message<byte[]> message) {
    registry.wakeUp();
    message
        .getMetadata(MqttInboundMetadata.class)
        .flatMap(mqtt -> PlatformTopic.parse(mqtt.topic()))
        .ifPresent(this::withdraw);
    return message.ack();
  }

  private void withdraw(PlatformTopic topic) {
    if (WITHDRAWING.contains(topic.event())) {
      try {
        withdrawals.fire(new Withdrawal(topic.tenant(), topic.device().map(DeviceId::new)));
      } catch (MalformedIdException nobody) {
        // Then nobody was asked about it either.
      }
    }
  }

  /** For how long one of them has shown no sign of life. */
  Duration silence() {
    if (!config.enabled()) {
      return Duration.ZERO;
    }
    var one = ingest.silence();
    var other = registry.silence();
    return one.compareTo(other) > 0 ? one : other;
  }

  private SharedEffects effects(Pool pool, String log, SharedEffects.Reader reader) {
    return new SharedEffects(
        pool, config.timeout(), log, config.rememberFor(), config.turn(), reader);
  }

  private EventFollower.Settings settings(String log) {
    return new EventFollower.Settings(
        log,
        config.pageSize(),
        config.pollInterval(),
        config.timeout().multipliedBy(2),
        MAX_BACKOFF);
  }

  /** With the database away the turn lapses. */
  private void endTurn(SharedEffects effects) {
    effects.end().onFailure().recoverWithNull().await().atMost(config.timeout().multipliedBy(2));
  }

  /** Tells of what was done after its commit. */
  private record Telling(SharedEffects effects, Runnable committed)
      implements EventFollower.Effects {
    @Override
    public Uni<Long> position() {
      return effects.position();
    }

    @Override
    public Uni<Void> take(EventPage page) {
      return effects.take(page).invoke(committed::run);
    }

    @Override
    public Uni<Long> startOver(long end) {
      return effects.startOver(end).invoke(committed::run);
    }
  }
}
