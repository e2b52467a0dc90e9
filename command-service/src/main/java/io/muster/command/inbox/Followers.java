package io.muster.command.inbox;

import io.muster.command.neighbours.Neighbours;
import io.muster.command.removal.TenantRemoval;
import io.muster.contract.event.EventPage;
import io.muster.outbox.EventFollower;
import io.muster.outbox.SharedEffects;
import io.muster.outbox.WithoutRemovedTenants;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Follows the logs of ingest and registry, in one of the instances. Thread-safe. */
@ApplicationScoped
class Followers {
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(5);

  private final InboxConfig config;
  private final HeardUntil heard;
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
      HeardUntil heard) {
    this.config = config;
    this.heard = heard;
    this.ingestEffects = effects(pool, "ingest", new WithoutRemovedTenants(ingestLog));
    this.registryEffects = effects(pool, "registry", removal.noting(registryLog));
    this.ingest =
        new EventFollower(
            settings("ingest"),
            neighbours::ingestEvents,
            new Telling(ingestEffects, ingestLog::committed, heard::taken, this::heardAllOfIngest),
            ingestEffects,
            clock);
    this.registry =
        new EventFollower(
            settings("registry"),
            neighbours::registryEvents,
            new Telling(registryEffects, registryLog::committed, page -> {}, () -> {}),
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

  private void heardAllOfIngest() {
    ingest.upToDateAt().ifPresent(heard::until);
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

  /** With the database away the turn lapses. */
  private void endTurn(SharedEffects effects) {
    effects.end().onFailure().recoverWithNull().await().atMost(config.timeout().multipliedBy(2));
  }

  /**
   * Tells of what was done after its commit.
   *
   * @param committed there is something to tell of
   * @param taken a page was
   * @param all the log holds no more
   */
  private record Telling(
      SharedEffects effects, Runnable committed, Consumer<EventPage> taken, Runnable all)
      implements EventFollower.Effects {
    @Override
    public Uni<Long> position() {
      return effects.position();
    }

    @Override
    public Uni<Void> take(EventPage page) {
      return effects.take(page).invoke(committed::run).invoke(() -> taken.accept(page));
    }

    @Override
    public Uni<Long> startOver(long end) {
      return effects.startOver(end).invoke(committed::run);
    }

    @Override
    public void upToDate() {
      all.run();
    }
  }
}
