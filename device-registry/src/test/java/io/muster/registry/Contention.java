package io.muster.registry;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;

/** What comes upon rows that another transaction is changing. Stateless. */
public final class Contention {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String WAITING =
      "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))";

  private Contention() {}

  /**
   * Changes rows, begins what has to wait for them, commits the change and waits for the other.
   *
   * @param change a statement
   */
  public static void with(Pool pool, String change, Tuple values, Runnable waits) {
    var connection = await(pool.getConnection());
    try {
      var transaction = await(connection.begin());
      await(connection.preparedQuery(change).execute(values));
      var process =
          await(connection.query("SELECT pg_backend_pid()").execute())
              .iterator()
              .next()
              .getInteger(0);
      var waiting = CompletableFuture.runAsync(waits);
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> isWaitedFor(pool, process));
      await(transaction.commit());
      waiting.join();
    } finally {
      await(connection.close());
    }
  }

  private static boolean isWaitedFor(Pool pool, int process) {
    var rows = await(pool.preparedQuery(WAITING).execute(Tuple.of(process)));
    return rows.iterator().next().getLong(0) > 0;
  }

  private static <T> T await(Uni<T> answer) {
    return answer.await().atMost(PATIENCE);
  }
}
