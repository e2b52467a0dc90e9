package io.muster.registry.inbox;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.outbox.EventFollower;
import io.muster.registry.events.Changes;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
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

/** Follows ingest's log for all handlers, when it is known where ingest is. Thread-safe. */
@ApplicationScoped
class Inbox {
  private static final Logger LOG = Logger.getLogger(Inbox.class);

  private final InboxConfig config;
  private final Vertx vertx;
  private final Clock clock;
  private final InboxEffects effects;
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
    var skipped = meters.counter("muster.registry.inbox.skipped");
    this.effects = new InboxEffects(pool, changes::inSqlTransaction, handlers, skipped::increment);
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
            "ingest", config.batch(), config.pollInterval(), config.timeout(), config.maxBackoff());
    follower = new EventFollower(settings, log::page, effects, clock);
    var startedAt = clock.instant();
    Gauge.builder("muster.registry.inbox.behind", () -> behind(startedAt).toMillis() / 1000.0)
        .baseUnit("seconds")
        .register(meters);
    follower.start();
  }

  /** For how long it has not had all that the log held. */
  private Duration behind(Instant startedAt) {
    return Duration.between(follower.upToDateAt().orElse(startedAt), clock.instant());
  }

  /** How long following has shown no sign of life; zero where nothing is followed. */
  Duration silence() {
    return follower == null ? Duration.ZERO : follower.silence();
  }

  void stop(@Observes ShutdownEvent stopping) {
    if (follower != null) {
      follower.close();
      log.close();
    }
  }
}
