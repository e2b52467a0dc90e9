package io.muster.registry.configuration;

import io.muster.outbox.chore.Chore;
import io.muster.outbox.chore.Outage;
import io.muster.registry.events.Changes;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Chore chore;
  private volatile boolean stopped;

  ConfigurationLoop(Changes changes, ConfigurationWork work, ConfigurationConfig config) {
    this.changes = changes;
    this.work = work;
    this.config = config;
    this.chore =
        new Chore(
            () -> goOn(ConcurrentHashMap.newKeySet()),
            // The next look goes on where this one was rolled back.
            new Outage(LOG, "Configurations are not gone on with for now: %s"));
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    chore.every(config.interval(), vertx);
  }

  void stop(@Observes ShutdownEvent stopping) {
    stopped = true;
    chore.stop();
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
