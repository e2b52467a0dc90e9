package io.muster.registry.presence;

import io.muster.outbox.chore.Chore;
import io.muster.outbox.chore.Outage;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/** Runs the sweep at intervals, never twice at a time. Thread-safe. */
@ApplicationScoped
class PresenceSweepTimer {
  private static final Logger LOG = Logger.getLogger(PresenceSweepTimer.class);

  private final PresenceConfig config;
  private final Chore chore;

  PresenceSweepTimer(PresenceSweep sweep, PresenceConfig config) {
    this.config = config;
    this.chore =
        new Chore(
            sweep::run,
            // The next look goes on where this one was rolled back.
            new Outage(LOG, "It is not looked who has fallen silent for now: %s"));
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    chore.every(config.interval(), vertx);
  }

  void stop(@Observes ShutdownEvent stopping) {
    chore.stop();
  }
}
