package io.muster.firmware.rollouts;

import io.muster.firmware.database.Database;
import io.muster.outbox.chore.Outage;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Works on rollouts that are due, one after the other. Whoever takes one puts off when it is due:
 * so nobody else takes it meanwhile, and another instance does when this one dies. Thread-safe.
 */
@ApplicationScoped
class RolloutWorker {
  private static final Logger LOG = Logger.getLogger(RolloutWorker.class);

  private final Database database;
  private final RolloutSearch search;
  private final RolloutTurns turns;
  private final RolloutRemains remains;
  private final Withdrawals withdrawals;
  private final RolloutMeters meters;
  private final RolloutsConfig config;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> Thread.ofVirtual().name("rollouts").unstarted(work));
  private final Outage outage =
      new Outage(LOG, "Rollouts cannot be worked on for now: %s", "Rollouts are worked on again");

  RolloutWorker(
      Database database,
      RolloutSearch search,
      RolloutTurns turns,
      RolloutRemains remains,
      Withdrawals withdrawals,
      RolloutMeters meters,
      RolloutsConfig config,
      Clock clock) {
    this.database = database;
    this.search = search;
    this.turns = turns;
    this.remains = remains;
    this.withdrawals = withdrawals;
    this.meters = meters;
    this.config = config;
    this.clock = clock;
  }

  void start(@Observes StartupEvent started) {
    var interval = config.interval().toMillis();
    timer.scheduleWithFixedDelay(this::workOrSay, interval, interval, TimeUnit.MILLISECONDS);
  }

  @PreDestroy
  void stop() {
    timer.shutdownNow();
  }

  private void workOrSay() {
    try {
      while (workOnOne()) {
        // Each turn puts its rollout off, or ends it.
      }
      while (withdrawals.takeBackSome()) {
        // Each time in a transaction of its own.
      }
      remains.forgetSome();
      outage.succeeded();
    } catch (RuntimeException failure) {
      outage.failed(failure);
    }
  }

  /**
   * Takes one turn of one rollout.
   *
   * @return whether there was one
   */
  boolean workOnOne() {
    var claimed =
        database.inTransaction(db -> RolloutTable.claim(db, clock.instant(), config.lease()));
    claimed.ifPresent(this::workOrAgainSoon);
    return claimed.isPresent();
  }

  /** What failed, as for a deadlock with feedback, need not wait for its lease. */
  private void workOrAgainSoon(Rollout rollout) {
    try {
      workOn(rollout);
    } catch (RuntimeException failure) {
      try {
        againAt(rollout, clock.instant().plus(config.againAfter()));
      } catch (RuntimeException away) {
        failure.addSuppressed(away);
      }
      throw failure;
    }
  }

  private void againAt(Rollout rollout, Instant at) {
    database.inTransaction(
        db -> {
          RolloutTable.dueAt(db, rollout.key(), at);
          return null;
        });
  }

  private void workOn(Rollout rollout) {
    meters.turn();
    var isAnswered = true;
    if (rollout.state() == RolloutState.RUNNING) {
      if (rollout.looksAgain(clock.instant())) {
        database.inTransaction(
            db -> {
              RolloutTable.beginLooking(db, rollout.key(), clock.instant());
              return null;
            });
      } else if (rollout.isLooking()) {
        isAnswered = search.look(rollout);
      }
    }
    var done = turns.take(rollout.key());
    if (done.isUnverified()) {
      isAnswered &= search.verify(rollout);
    }
    if (!isAnswered) {
      askLater(rollout);
    }
  }

  private void askLater(Rollout rollout) {
    var at = clock.instant().plus(config.registryAgainAfter());
    database.inTransaction(
        db -> {
          RolloutTable.askLater(db, rollout.key(), at);
          return null;
        });
  }
}
