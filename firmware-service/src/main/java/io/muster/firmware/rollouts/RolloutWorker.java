package io.muster.firmware.rollouts;

import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.neighbours.NeighbourAwayException;
import io.muster.firmware.neighbours.RefusedQuestionException;
import io.muster.firmware.targets.TargetTable;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Works on rollouts that are due, one after the other. Whoever takes one puts off when it is due:
 * so nobody else takes it meanwhile, and another instance does when this one dies. Thread-safe.
 */
@ApplicationScoped
class RolloutWorker {
  private static final Logger LOG = Logger.getLogger(RolloutWorker.class);

  private final Database database;
  private final TargetLookup lookup;
  private final Membership membership;
  private final RolloutTurns turns;
  private final RolloutRemains remains;
  private final RolloutMeters meters;
  private final RolloutsConfig config;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> Thread.ofVirtual().name("rollouts").unstarted(work));
  private volatile boolean failing;

  RolloutWorker(
      Database database,
      TargetLookup lookup,
      Membership membership,
      RolloutTurns turns,
      RolloutRemains remains,
      RolloutMeters meters,
      RolloutsConfig config,
      Clock clock) {
    this.database = database;
    this.lookup = lookup;
    this.membership = membership;
    this.turns = turns;
    this.remains = remains;
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
      remains.forgetSome();
      recovered();
    } catch (RuntimeException failure) {
      failed(failure);
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
    claimed.ifPresent(this::workOn);
    return claimed.isPresent();
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
        isAnswered = look(rollout);
      }
    }
    var done = turns.take(rollout.key());
    if (done.isUnverified()) {
      isAnswered &= verify(rollout);
    }
    if (!isAnswered) {
      askLater(rollout);
    }
  }

  /**
   * Devices that are known have their turn also when the registry does not tell of more.
   *
   * @return whether it did
   */
  private boolean look(Rollout rollout) {
    try {
      if (rollout.plan().targets() instanceof Targets.GoingBack) {
        lookBack(rollout);
      } else {
        lookForMore(rollout);
      }
      return true;
    } catch (NeighbourAwayException away) {
      return false;
    } catch (RefusedQuestionException refused) {
      turns.end(rollout.key(), RolloutTurns.TARGETS_REFUSED);
      return true;
    }
  }

  private void lookForMore(Rollout rollout) {
    var types =
        database.use(db -> DistributionTable.byKey(db, rollout.distributionKey())).deviceTypes();
    var page = lookup.after(rollout.tenant(), rollout.plan().targets(), types, rollout.lookAfter());
    int found =
        database.inTransaction(
            db -> isMine(db, rollout, page.next()) ? membership.add(db, rollout, page) : 0);
    meters.found(found);
  }

  private void lookBack(Rollout rollout) {
    database.inTransaction(
        db -> {
          RolloutTable.lock(db, rollout.key());
          var next = membership.addBack(db, rollout, rollout.lookAfter(), config.pageDevices());
          isMine(db, rollout, next);
          return null;
        });
  }

  /** Nobody else has gone on from there. Holds its row from then on. */
  private static boolean isMine(Sql db, Rollout rollout, String next) {
    return RolloutTable.looked(db, rollout.key(), rollout.lookAfter(), next);
  }

  /**
   * Asks whether devices are there of whom it is not known any more.
   *
   * @return whether the registry said so
   */
  private boolean verify(Rollout rollout) {
    var unverified =
        database.use(db -> DeviceTable.unverified(db, rollout.key(), TargetLookup.IDS));
    var devices = TargetLookup.some(unverified, Function.identity());
    if (devices.isEmpty()) {
      return true;
    }
    try {
      var views = lookup.there(rollout.tenant(), devices);
      var there =
          views.stream().map(it -> it.device().device().value()).collect(Collectors.toSet());
      var gone = devices.stream().filter(it -> !there.contains(it)).toArray(String[]::new);
      database.inTransaction(
          db -> {
            RolloutTable.lock(db, rollout.key());
            DeviceTable.removed(db, rollout.key(), gone);
            TargetTable.rememberAll(
                db,
                rollout.tenant(),
                views.stream().map(it -> it.device().device().value()).toArray(String[]::new),
                views.stream().map(it -> it.enabled()).toArray(Boolean[]::new));
            RolloutTable.dueAt(db, rollout.key(), clock.instant());
            return null;
          });
      return true;
    } catch (NeighbourAwayException away) {
      return false;
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

  private void recovered() {
    if (failing) {
      failing = false;
      LOG.info("Rollouts are worked on again");
    }
  }

  private void failed(RuntimeException failure) {
    if (!failing) {
      failing = true;
      LOG.warnf("Rollouts cannot be worked on for now: %s", failure);
    }
  }
}
