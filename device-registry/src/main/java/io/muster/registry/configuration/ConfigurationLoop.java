package io.muster.registry.configuration;

import io.muster.registry.events.Changes;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Goes on with configurations as long as there is something to do, one transaction after the other,
 * and then looks again at intervals. Thread-safe.
 */
@ApplicationScoped
class ConfigurationLoop {
  private static final Logger LOG = Logger.getLogger(ConfigurationLoop.class);

  private final Changes changes;
  private final ConfigurationWork work;
  private final ConfigurationConfig config;
  private final AtomicBoolean busy = new AtomicBoolean();
  private final AtomicBoolean failing = new AtomicBoolean();
  private volatile boolean stopped;
  private long timer = -1;

  ConfigurationLoop(Changes changes, ConfigurationWork work, ConfigurationConfig config) {
    this.changes = changes;
    this.work = work;
    this.config = config;
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    timer = vertx.setPeriodic(config.interval().toMillis(), _ -> look());
  }

  void stop(@Observes ShutdownEvent stopping, Vertx vertx) {
    stopped = true;
    vertx.cancelTimer(timer);
  }

  private void look() {
    if (!busy.compareAndSet(false, true)) {
      return;
    }
    goOn(ConcurrentHashMap.newKeySet())
        .subscribe()
        .with(
            done -> {
              failing.set(false);
              busy.set(false);
            },
            this::failed);
  }

  private void failed(Throwable failure) {
    if (failing.compareAndSet(false, true)) {
      // The next look goes on where this one was rolled back.
      LOG.warnf("Configurations are not gone on with for now: %s", failure);
    }
    busy.set(false);
  }

  /**
   * @param stuck those that failed since the last look; what holds one up must not hold up others
   */
  private Uni<Void> goOn(Set<Integer> stuck) {
    return changes
        .inSqlTransaction(connection -> work.step(connection, stuck))
        .onFailure(ConfigurationWork.StuckException.class)
        .recoverWithItem(
            failure -> {
              stuck.add(((ConfigurationWork.StuckException) failure).groupKey());
              LOG.warnf("A configuration is not gone on with for now: %s", failure.getCause());
              return true;
            })
        .repeat()
        .until(did -> !did || stopped)
        .collect()
        .last()
        .replaceWithVoid();
  }
}
