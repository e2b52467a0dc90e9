package io.muster.registry.inbox;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.EventPage;
import io.muster.outbox.EventFollower;
import io.muster.outbox.SharedEffects;
import io.muster.registry.events.Changes;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Follows ingest's log for all handlers, in one of the instances, when it is known where ingest is.
 * Thread-safe.
 */
@ApplicationScoped
class Inbox {
  private static final Logger LOG = Logger.getLogger(Inbox.class);
  private static final String LOG_NAME = "ingest";

  private final InboxConfig config;
  private final Vertx vertx;
  private final Clock clock;
  private final SharedEffects effects;
  private final Changes changes;
  private final MeterRegistry meters;
  private IngestLog log;
  private volatile EventFollower follower;

  Inbox(
      InboxConfig config,
      Vertx vertx,
      Pool pool,
      Changes changes,
      Clock clock,
      MeterRegistry meters,
      @All List<InboxHandler> handlers) {
    this.config = config;
    this.vertx = vertx;
    this.clock = clock;
    this.meters = meters;
    this.changes = changes;
    var skipped = meters.counter("muster.registry.inbox.skipped");
    this.effects =
        new SharedEffects(
            pool,
            config.timeout(),
            LOG_NAME,
            config.turn(),
            new InboxReader(handlers, skipped::increment));
  }

  void start(@Observes StartupEvent started) {
    config
        .ingestUrl()
        .ifPresentOrElse(
            this::follow, () -> LOG.info("It is not said where ingest is: its log is unread"));
  }

  private void follow(URI url) {
    log = new IngestLog(vertx, config, url);
    var settings =
        new EventFollower.Settings(
            LOG_NAME,
            config.batch(),
            config.pollInterval(),
            // The database has its own limit within it.
            config.timeout().multipliedBy(2),
            config.maxBackoff());
    follower = new EventFollower(settings, log::page, new Telling(), effects, clock);
    var startedAt = clock.instant();
    Gauge.builder("muster.registry.inbox.behind", () -> behind(startedAt).toMillis() / 1000.0)
        .baseUnit("seconds")
        .register(meters);
    follower.start();
  }

  /** What handlers said in a page's transaction goes out after its commit. */
  private final class Telling implements EventFollower.Effects {
    @Override
    public Uni<Long> position() {
      return effects.position();
    }

    @Override
    public Uni<Void> take(EventPage page) {
      return effects.take(page).invoke(changes::tell);
    }

    @Override
    public Uni<Long> startOver(long end) {
      return effects.startOver(end).invoke(changes::tell);
    }
  }

  /** For how long it has not had all that the log held; zero where another instance has. */
  private Duration behind(Instant startedAt) {
    return effects.isHeld()
        ? Duration.between(follower.upToDateAt().orElse(startedAt), clock.instant())
        : Duration.ZERO;
  }

  /** How long following has shown no sign of life; zero where nothing is followed. */
  Duration silence() {
    return follower == null ? Duration.ZERO : follower.silence();
  }

  void stop(@Observes ShutdownEvent stopping) {
    if (follower != null) {
      follower.close();
      // With the database away the turn lapses.
      effects.end().onFailure().recoverWithNull().await().atMost(config.timeout().multipliedBy(2));
      log.close();
    }
  }
}
