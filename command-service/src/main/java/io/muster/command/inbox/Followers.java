package io.muster.command.inbox;

import io.muster.command.neighbours.Neighbours;
import io.muster.command.removal.TenantRemoval;
import io.muster.contract.event.EventPage;
import io.muster.outbox.EventFollower;
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
import java.time.Instant;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Follows the logs of ingest and registry, in one of the instances. Thread-safe. */
@ApplicationScoped
class Followers {
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(5);

  private final InboxConfig config;
  private final SharedFollower ingest;
  private final SharedFollower registry;

  Followers(
      Pool pool,
      InboxConfig config,
      Clock clock,
      Neighbours neighbours,
      IngestLog ingestLog,
      RegistryLog registryLog,
      TenantRemoval removal,
      HeardUntil heard) {
    this.config = config;
    this.ingest =
        new SharedFollower(
            effects(pool, "ingest", new WithoutRemovedTenants(ingestLog)),
            settings("ingest"),
            neighbours::ingestEvents,
            new Ingest(ingestLog, heard),
            clock);
    this.registry =
        new SharedFollower(
            effects(pool, "registry", removal.noting(registryLog)),
            settings("registry"),
            neighbours::registryEvents,
            registryLog::committed,
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
    }
  }

  @Incoming("ingest-events")
  void ingestSpoke(byte[] unread) {
    ingest.wakeUp();
  }

  @Incoming("registry-events")
  void registrySpoke(byte[] unread) {
    registry.wakeUp();
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
    return new SharedEffects(pool, config.timeout(), log, config.turn(), reader);
  }

  private EventFollower.Settings settings(String log) {
    return new EventFollower.Settings(
        log,
        config.pageSize(),
        config.pollInterval(),
        config.timeout().multipliedBy(2),
        MAX_BACKOFF);
  }

  private record Ingest(IngestLog log, HeardUntil heard) implements SharedFollower.Listener {
    @Override
    public void committed() {
      log.committed();
    }

    @Override
    public void taken(EventPage page) {
      heard.taken(page);
    }

    @Override
    public void upToDate(Instant at) {
      heard.until(at);
    }
  }
}
