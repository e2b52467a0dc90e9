package io.muster.command.jobs;

import io.muster.command.database.Database;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;

/**
 * Forgets jobs that ended long ago, and their commands with them, some at a time: their devices
 * first, so that nobody looks for the state of a command that is gone. Thread-safe.
 */
@ApplicationScoped
class JobRemains {
  private static final int ROWS_AT_ONCE = 1_000;

  // One of whose commands a device may go on with for long must not stand before the others.
  private static final String OLDEST =
      """
      SELECT j.key FROM job AS j
       WHERE j.finished_at < $1
         AND NOT EXISTS (SELECT FROM command AS c WHERE c.job_key = j.key AND c.finished_at IS NULL)
       ORDER BY j.finished_at LIMIT 1
         FOR UPDATE SKIP LOCKED\
      """;
  private static final String COMMANDS =
      """
      WITH part AS MATERIALIZED (
        SELECT key FROM command WHERE job_key = $1 AND finished_at IS NOT NULL LIMIT $2)
      DELETE FROM command USING part WHERE command.key = part.key\
      """;
  private static final String TARGETS =
      """
      WITH part AS MATERIALIZED (SELECT device FROM job_target WHERE job_key = $1 LIMIT $2)
      DELETE FROM job_target AS t USING part WHERE t.job_key = $1 AND t.device = part.device\
      """;
  // A command without its job would have no payload.
  private static final String JOB =
      """
      DELETE FROM job
       WHERE key = $1 AND NOT EXISTS (SELECT FROM command WHERE job_key = $1)\
      """;

  private final Database database;
  private final JobsConfig config;
  private final Clock clock;

  JobRemains(Database database, JobsConfig config, Clock clock) {
    this.database = database;
    this.config = config;
    this.clock = clock;
  }

  /** Some of the oldest job's. */
  Uni<Void> forgetSome() {
    var before = JobTable.time(clock.instant().minus(config.keepFor()));
    return database.inTransaction(
        db ->
            db.preparedQuery(OLDEST)
                .execute(Tuple.of(before))
                .flatMap(
                    rows ->
                        rows.size() == 0
                            ? Uni.createFrom().voidItem()
                            : forgetSome(db, rows.iterator().next().getLong(0))));
  }

  private static Uni<Void> forgetSome(SqlConnection db, long job) {
    return delete(db, TARGETS, job)
        .flatMap(
            targets -> targets == ROWS_AT_ONCE ? Uni.createFrom().voidItem() : forgetRest(db, job));
  }

  private static Uni<Void> forgetRest(SqlConnection db, long job) {
    return delete(db, COMMANDS, job)
        .flatMap(
            commands ->
                commands == ROWS_AT_ONCE
                    ? Uni.createFrom().voidItem()
                    : db.preparedQuery(JOB).execute(Tuple.of(job)).replaceWithVoid());
  }

  private static Uni<Integer> delete(SqlConnection db, String sql, long job) {
    return db.preparedQuery(sql).execute(Tuple.of(job, ROWS_AT_ONCE)).map(RowSet::rowCount);
  }
}
