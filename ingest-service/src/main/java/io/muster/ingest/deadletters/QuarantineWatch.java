package io.muster.ingest.deadletters;

import io.muster.ingest.notifications.Notifications;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Keeps this replica's view of the quarantine fresh; many changes at once are read once. */
@ApplicationScoped
@Startup
class QuarantineWatch {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.deadletters");

  private static final long PAUSE_MILLIS = 250;

  private final Quarantine quarantine;
  private final Vertx vertx;
  private final AtomicBoolean due = new AtomicBoolean();

  QuarantineWatch(
      Notifications notifications, Quarantine quarantine, DeadLetterConfig config, Vertx vertx) {
    this.quarantine = quarantine;
    this.vertx = vertx;
    notifications.listen(Quarantine.CHANNEL, changed -> readSoon(), this::readSoon);
    vertx.setPeriodic(
        Math.max(1, config.quarantineEvery().toMillis()),
        now -> quarantine.refresh().onFailure(QuarantineWatch::notRead));
  }

  private void readSoon() {
    if (due.compareAndSet(false, true)) {
      vertx.setTimer(
          PAUSE_MILLIS,
          now -> {
            due.set(false);
            quarantine.reload().onFailure(QuarantineWatch::notRead);
          });
    }
  }

  private static void notRead(Throwable away) {
    LOG.debugf("The quarantine was not read: %s", away.getMessage());
  }
}
