package io.muster.ingest.deadletters;

import io.muster.ingest.notifications.Notifications;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** Keeps this replica's view of the quarantine fresh. */
@ApplicationScoped
@Startup
class QuarantineWatch {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.deadletters");

  QuarantineWatch(
      Notifications notifications, Quarantine quarantine, DeadLetterConfig config, Vertx vertx) {
    notifications.listen(
        Quarantine.CHANNEL, changed -> quarantine.reload(), () -> quarantine.reload());
    vertx.setPeriodic(
        Math.max(1, config.quarantineEvery().toMillis()),
        now ->
            quarantine
                .refresh()
                .onFailure(
                    away -> LOG.debugf("The quarantine was not read: %s", away.getMessage())));
  }
}
