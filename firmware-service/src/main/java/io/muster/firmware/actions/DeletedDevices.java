package io.muster.firmware.actions;

import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.outbox.chore.Outage;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Forgets what devices did that were deleted some time ago, a few actions at a time. The number of
 * the last one stays: a device that is made anew goes on from there. Several instances may do it at
 * once.
 */
@ApplicationScoped
class DeletedDevices {
  private static final Logger LOG = Logger.getLogger(DeletedDevices.class);

  /** With their histories these are some thousand rows. */
  private static final int ACTIONS_AT_ONCE = 10;

  private static final String OLDEST =
      """
      SELECT key, forgotten_number FROM target WHERE deleted_at < $1 ORDER BY deleted_at LIMIT 1
         FOR UPDATE SKIP LOCKED\
      """;

  // What a device did that was made anew since has higher numbers.
  private static final String ACTIONS =
      """
      DELETE FROM action WHERE key IN (
        SELECT key FROM action WHERE target_key = $1 AND number <= $2 LIMIT $3)\
      """;

  private final Database database;
  private final ActionConfig config;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> Thread.ofVirtual().name("deleted-devices").unstarted(work));
  private final Outage outage =
      new Outage(LOG, "What deleted devices did cannot be removed for now: %s");

  DeletedDevices(Database database, ActionConfig config, Clock clock) {
    this.database = database;
    this.config = config;
    this.clock = clock;
  }

  void start(@Observes StartupEvent started) {
    var interval = config.forgetInterval().toMillis();
    timer.scheduleWithFixedDelay(this::forgetOrSay, interval, interval, TimeUnit.MILLISECONDS);
  }

  @PreDestroy
  void stop() {
    timer.shutdownNow();
  }

  private void forgetOrSay() {
    try {
      forget();
      outage.succeeded();
    } catch (RuntimeException failure) {
      outage.failed(failure);
    }
  }

  void forget() {
    while (forgetSome()) {
      // Each time in a transaction of its own.
    }
  }

  private boolean forgetSome() {
    var before = clock.instant().minus(config.deletedKept());
    return database.inTransaction(
        db -> {
          var oldest = db.first(OLDEST, before);
          oldest.ifPresent(
              row -> forgetSome(db, row.getLong("key"), row.getLong("forgotten_number")));
          return oldest.isPresent();
        });
  }

  private static void forgetSome(Sql db, long target, long last) {
    if (db.change(ACTIONS, target, last, ACTIONS_AT_ONCE) < ACTIONS_AT_ONCE) {
      db.change("UPDATE target SET deleted_at = NULL WHERE key = $1", target);
    }
  }
}
