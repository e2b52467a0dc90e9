package io.muster.registry.bulk;

import io.muster.outbox.TimedPool;
import io.muster.rest.problem.Explanation;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * Commits batches, and tries again while the database is away or somebody else was in the way. When
 * a connection breaks at its commit, PostgreSQL is asked what became of the transaction, so that
 * what is told of the rows is true. Waits: for virtual threads. Thread-safe.
 */
@ApplicationScoped
class ImportWork {
  private static final Logger LOG = Logger.getLogger(ImportWork.class);
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final String TRANSACTION = "SELECT pg_current_xact_id()::text AS id";
  private static final String FATE = "SELECT pg_xact_status($1::text::xid8) AS fate";

  /** A row that was there when it was looked for may go, and one that was not may come. */
  private static final int MAX_CONFLICTS = 3;

  private final TimedPool pool;
  private final BatchWriter writer;
  private final BulkLimits limits;
  private final ImportCounters counters;

  ImportWork(Pool pool, BatchWriter writer, BulkLimits limits, ImportCounters counters) {
    this.pool = new TimedPool(pool, limits.transactionTimeout());
    this.writer = writer;
    this.limits = limits;
    this.counters = counters;
  }

  /** What a transaction has told of itself so far. */
  private static final class Attempt {
    private final AtomicReference<String> transaction = new AtomicReference<>();
    private final AtomicReference<List<RowResult>> results = new AtomicReference<>();
  }

  /**
   * Commits a batch.
   *
   * @return what came of each row
   * @throws UncertainException when nobody knows whether it was committed
   * @throws RuntimeException when it was not: the database stays away, or a refusal
   */
  List<RowResult> commit(ImportJob job, Batch batch) {
    var results = committed(job, batch);
    counters.count(results);
    return results;
  }

  private List<RowResult> committed(ImportJob job, Batch batch) {
    // The pool's own limit comes first, and cuts the connection.
    var patience = limits.transactionTimeout().multipliedBy(2);
    var until = System.nanoTime() + limits.databasePatience().toNanos();
    for (var conflicts = 0; ; ) {
      var attempt = new Attempt();
      try {
        return pool.inTransaction(
                connection ->
                    Uni.createFrom()
                        .item(() -> write(new Sql(connection, patience), job, batch, attempt))
                        .runSubscriptionOn(Thread::startVirtualThread))
            .await()
            .indefinitely();
      } catch (RuntimeException failure) {
        var passes = Explanation.passes(failure);
        if (!passes && !(isConflict(failure) && ++conflicts < MAX_CONFLICTS)) {
          throw failure;
        }
        if (passes && attempt.results.get() != null && isCommitted(attempt, until)) {
          return attempt.results.get();
        }
        if (System.nanoTime() >= until) {
          throw failure;
        }
        LOG.infof("A batch of an import is tried again: %s", failure);
        pause();
      }
    }
  }

  private List<RowResult> write(Sql sql, ImportJob job, Batch batch, Attempt attempt) {
    attempt.transaction.set(sql.rows(TRANSACTION).iterator().next().getString("id"));
    var results = writer.write(sql, job, batch);
    attempt.results.set(results);
    return results;
  }

  /** Asks until PostgreSQL knows: a server that restarts has not committed what it did not. */
  private boolean isCommitted(Attempt attempt, long until) {
    while (true) {
      try {
        var fate =
            pool.use(it -> it.preparedQuery(FATE).execute(tuple(attempt)))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getString("fate");
        if (fate == null || !fate.equals("in progress")) {
          return "committed".equals(fate);
        }
      } catch (RuntimeException failure) {
        if (!Explanation.passes(failure)) {
          throw failure;
        }
      }
      if (System.nanoTime() >= until) {
        throw new UncertainException();
      }
      pause();
    }
  }

  private static Tuple tuple(Attempt attempt) {
    return Tuple.of(attempt.transaction.get());
  }

  private static boolean isConflict(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof PgException refused) {
        return refused.getSqlState() != null && refused.getSqlState().startsWith("23");
      }
    }
    return false;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped", stopped);
    }
  }

  /** Nobody knows whether a batch was committed. */
  static final class UncertainException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
