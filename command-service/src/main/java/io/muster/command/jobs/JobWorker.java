package io.muster.command.jobs;

import io.muster.command.database.Database;
import io.muster.command.queue.Deletions;
import io.muster.outbox.chore.Chore;
import io.muster.outbox.chore.Outage;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.RefusedQuestionException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Works on jobs that are due, one after the other. Whoever takes one puts off when it is due: so
 * nobody else takes it meanwhile, and another instance does when this one dies. Thread-safe.
 */
@ApplicationScoped
class JobWorker {
  private static final Logger LOG = Logger.getLogger(JobWorker.class);

  private final Database database;
  private final TargetLookup lookup;
  private final JobTurns turns;
  private final JobRemains remains;
  private final JobMeters meters;
  private final JobsConfig config;
  private final Clock clock;
  private final Chore chore;

  JobWorker(
      Database database,
      TargetLookup lookup,
      JobTurns turns,
      JobRemains remains,
      JobMeters meters,
      JobsConfig config,
      Clock clock) {
    this.database = database;
    this.lookup = lookup;
    this.turns = turns;
    this.remains = remains;
    this.meters = meters;
    this.config = config;
    this.clock = clock;
    this.chore =
        new Chore(
            this::work,
            new Outage(LOG, "Jobs cannot be worked on for now: %s", "Jobs are worked on again"));
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    chore.every(config.interval(), vertx);
  }

  void stop(@Observes ShutdownEvent stopping) {
    chore.stop();
  }

  private Uni<Void> work() {
    return workUntilNothingIsDue().flatMap(done -> remains.forgetSome());
  }

  private Uni<Void> workUntilNothingIsDue() {
    return workOnOne()
        .flatMap(worked -> worked ? workUntilNothingIsDue() : Uni.createFrom().voidItem());
  }

  /**
   * Takes one turn of one job.
   *
   * @return whether there was one
   */
  Uni<Boolean> workOnOne() {
    return database
        .inTransaction(db -> JobTable.claim(db, clock.instant(), config.lease()))
        .flatMap(
            claimed ->
                claimed.isEmpty()
                    ? Uni.createFrom().item(false)
                    : workOn(claimed.get()).replaceWith(true));
  }

  private Uni<Void> workOn(Row claimed) {
    return Uni.createFrom()
        .item(() -> Optional.of(JobTable.job(claimed)))
        .onFailure()
        .recoverWithItem(
            unreadable -> {
              LOG.errorf(unreadable, "Job %s cannot be worked on", claimed.getUUID("id"));
              return Optional.empty();
            })
        .flatMap(job -> job.isEmpty() ? Uni.createFrom().voidItem() : workOn(job.get()));
  }

  private Uni<Void> workOn(Job job) {
    meters.turn();
    if (job.state() != JobState.RUNNING) {
      return turns.take(job.key());
    }
    if (job.looksAgain(clock.instant())) {
      return database
          .inTransaction(db -> JobTable.beginLooking(db, job.key(), clock.instant()))
          .flatMap(begun -> turns.take(job.key()));
    }
    return job.isLooking() ? look(job) : turns.take(job.key());
  }

  /** Devices that are known have their turn also when the registry does not tell of more. */
  private Uni<Void> look(Job job) {
    return database
        .use(Deletions::place)
        .flatMap(place -> look(job, place))
        .onFailure(RefusedQuestionException.class)
        .recoverWithUni(refused -> turns.abort(job.key(), JobTurns.TARGETS_REFUSED));
  }

  private Uni<Void> look(Job job, long place) {
    return lookup
        .after(job.tenant(), job.plan().targets(), job.lookAfter())
        .map(Optional::of)
        .onFailure(NeighbourAwayException.class)
        .recoverWithItem(Optional.empty())
        .flatMap(
            page ->
                page.isPresent()
                    ? add(job, page.get(), place).flatMap(added -> turns.take(job.key()))
                    : turns.take(job.key()).flatMap(done -> askLater(job)));
  }

  private Uni<Void> add(Job job, TargetLookup.Page page, long place) {
    return database
        .inTransaction(db -> add(db, job, page, place))
        .invoke(meters::found)
        .replaceWithVoid();
  }

  private Uni<Integer> add(SqlConnection db, Job job, TargetLookup.Page page, long place) {
    return JobTable.looked(db, job.key(), job.lookAfter(), page.next(), again(job, page))
        .flatMap(
            mine ->
                mine
                    ? TargetTable.add(db, job, page.found(), place)
                        .call(added -> TargetTable.addUnknown(db, job, page.unknown()))
                    : Uni.createFrom().item(0));
  }

  /** When a continuous job that has looked at all looks again though it hears of no change. */
  private Instant again(Job job, TargetLookup.Page page) {
    return page.next() == null && job.plan().continuous()
        ? clock.instant().plus(config.lookAgainEvery())
        : null;
  }

  private Uni<Void> askLater(Job job) {
    var at = clock.instant().plus(config.registryAgainAfter());
    return database.inTransaction(db -> JobTable.askLater(db, job.key(), at));
  }
}
