package io.muster.firmware.inbox;

import io.muster.firmware.neighbours.Neighbours;
import io.muster.outbox.EventFollower;
import io.muster.outbox.SharedEffects;
import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Follows the registry's log, in one of the instances. Thread-safe. */
@ApplicationScoped
class Followers {
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(5);

  private final InboxConfig config;
  private final SharedEffects registryEffects;
  private final EventFollower registry;

  Followers(
      Pool pool, InboxConfig config, Clock clock, Neighbours neighbours, RegistryLog registryLog) {
    this.config = config;
    this.registryEffects =
        new SharedEffects(
            pool, config.timeout(), "registry", config.rememberFor(), config.turn(), registryLog);
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
      registry.start();
    }
  }

  @PreDestroy
  void stop() {
    if (config.enabled()) {
      registry.close();
      // With the database away the turn lapses.
      registryEffects
          .end()
          .onFailure()
          .recoverWithNull()
          .await()
          .atMost(config.timeout().multipliedBy(2));
    }
  }

  @Incoming("registry-events")
  void registrySpoke(byte[] unread) {
    registry.wakeUp();
  }

  /** For how long the follower has shown no sign of life. */
  Duration silence() {
    return config.enabled() ? registry.silence() : Duration.ZERO;
  }

  private EventFollower.Settings settings(String log) {
    return new EventFollower.Settings(
        log,
        config.pageSize(),
        config.pollInterval(),
        config.timeout().multipliedBy(2),
        MAX_BACKOFF);
  }
}
