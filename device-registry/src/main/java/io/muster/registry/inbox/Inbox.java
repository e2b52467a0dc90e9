package io.muster.registry.inbox;

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
  private IngestLog log;
  private EventFollower follower;

  Inbox(
      InboxConfig config,
      Vertx vertx,
      Pool pool,
      Changes changes,
      Clock clock,
      @All List<InboxHandler> handlers) {
    this.config = config;
    this.vertx = vertx;
    this.clock = clock;
    this.effects = new InboxEffects(pool, changes::inSqlTransaction, handlers);
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
    follower.start();
  }

  void stop(@Observes ShutdownEvent stopping) {
    if (follower != null) {
      follower.close();
      log.close();
    }
  }
}
