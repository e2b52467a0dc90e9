package io.muster.registry.presence;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Runs the sweep at intervals, never twice at a time. Thread-safe. */
@ApplicationScoped
class PresenceSweepTimer {
  private static final Logger LOG = Logger.getLogger(PresenceSweepTimer.class);

  private final PresenceSweep sweep;
  private final PresenceConfig config;
  private final AtomicBoolean busy = new AtomicBoolean();
  private final AtomicBoolean failing = new AtomicBoolean();
  private long timer = -1;

  PresenceSweepTimer(PresenceSweep sweep, PresenceConfig config) {
    this.sweep = sweep;
    this.config = config;
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    timer = vertx.setPeriodic(config.interval().toMillis(), _ -> look());
  }

  void stop(@Observes ShutdownEvent stopping, Vertx vertx) {
    vertx.cancelTimer(timer);
  }

  private void look() {
    if (busy.compareAndSet(false, true)) {
      sweep
          .run()
          .subscribe()
          .with(
              done -> {
                failing.set(false);
                busy.set(false);
              },
              this::failed);
    }
  }

  private void failed(Throwable failure) {
    if (failing.compareAndSet(false, true)) {
      // The next look goes on where this one was rolled back.
      LOG.warnf("It is not looked who has fallen silent for now: %s", failure);
    }
    busy.set(false);
  }
}
