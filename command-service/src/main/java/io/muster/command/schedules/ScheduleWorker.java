package io.muster.command.schedules;

import io.muster.command.database.Database;
import io.muster.outbox.chore.Chore;
import io.muster.outbox.chore.Outage;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;

/**
 * Fires schedules whose time has come, one after the other. Whoever takes one puts off when it is
 * looked at: so nobody else takes it meanwhile, and another instance does when this one dies.
 * Thread-safe.
 */
@ApplicationScoped
class ScheduleWorker {
  private static final Logger LOG = Logger.getLogger(ScheduleWorker.class);
  private static final Duration FORGET_EVERY = Duration.ofMinutes(1);
  private static final int FORGOTTEN_AT_ONCE = 100;

  private final Database database;
  private final Firings firings;
  private final SchedulesConfig config;
  private final Clock clock;
  private final Chore chore;
  private volatile Instant forgetAt = Instant.MIN;

  ScheduleWorker(Database database, Firings firings, SchedulesConfig config, Clock clock) {
    this.database = database;
    this.firings = firings;
    this.config = config;
    this.clock = clock;
    this.chore =
        new Chore(
            this::work,
            new Outage(LOG, "Schedules cannot be fired for now: %s", "Schedules are fired again"));
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    chore.every(config.interval(), vertx);
  }

  void stop(@Observes ShutdownEvent stopping) {
    chore.stop();
  }

  private Uni<Void> work() {
    return workUntilNothingIsDue().flatMap(done -> forgetNowAndThen());
  }

  private Uni<Void> workUntilNothingIsDue() {
    return workOnOne()
        .flatMap(worked -> worked ? workUntilNothingIsDue() : Uni.createFrom().voidItem());
  }

  /**
   * Does what is to be done about one schedule.
   *
   * @return whether there was one
   */
  Uni<Boolean> workOnOne() {
    return database
        .inTransaction(db -> ScheduleTable.claim(db, clock.instant(), config.lease()))
        .flatMap(
            claimed ->
                claimed.isEmpty()
                    ? Uni.createFrom().item(false)
                    : fire(claimed.get()).replaceWith(true));
  }

  /** One that fails has its turn again after the lease, and holds up nobody. */
  private Uni<Void> fire(Row claimed) {
    return Uni.createFrom()
        .item(() -> ScheduleTable.schedule(claimed))
        .flatMap(firings::fire)
        .onFailure()
        .invoke(
            failure ->
                LOG.errorf(failure, "Schedule %s cannot be fired for now", claimed.getUUID("id")))
        .onFailure()
        .recoverWithNull();
  }

  private Uni<Void> forgetNowAndThen() {
    var now = clock.instant();
    if (now.isBefore(forgetAt)) {
      return Uni.createFrom().voidItem();
    }
    forgetAt = now.plus(FORGET_EVERY);
    return forget().replaceWithVoid();
  }

  /**
   * Forgets some of those that ended long ago.
   *
   * @return how many
   */
  Uni<Integer> forget() {
    return database.inTransaction(
        db -> ScheduleTable.forget(db, clock.instant().minus(config.keepFor()), FORGOTTEN_AT_ONCE));
  }
}
