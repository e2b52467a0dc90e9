package io.muster.ingest.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.intake.StoreDatabase;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.PoolOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads that take long, in a real database. */
class ReadPoolIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static StoreDatabase database;

  @BeforeAll
  static void start() {
    database = StoreDatabase.start(folder);
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @Test
  void aStatementThatTakesTooLongIsGivenUpAndItsConnectionIsOfUseAgain() {
    var pool = pool(1, 10, 30_000, 500);
    for (int i = 0; i < 3; i++) {
      var gaveUp = assertThrows(Exception.class, () -> await(sleep(pool, 60)));
      assertEquals("57014", ((PgException) root(gaveUp)).getSqlState());
    }
    awaitUsable(pool);
  }

  @Test
  void refusesWhenAsManyAsAllowedWait() throws Exception {
    var pool = pool(1, 1, 30_000, 60_000);
    var open = occupy(pool);
    var waiting = begin(sleep(pool, 0));
    var refused = assertThrows(RefusedException.class, () -> await(sleep(pool, 0)));
    assertTrue(refused.getMessage().contains("waiting"), refused::getMessage);
    open.complete();
    assertEquals(1L, waiting.get(60, TimeUnit.SECONDS));
  }

  @Test
  void refusesWhoWaitedForTooLong() throws Exception {
    var pool = pool(1, 10, 300, 60_000);
    awaitUsable(pool); // connected, so that its connection is had at once
    var open = occupy(pool);
    assertThrows(RefusedException.class, () -> await(sleep(pool, 0)));
    open.complete();
    awaitUsable(pool);
  }

  /** A machine at work may make one of the reads too late. */
  private static void awaitUsable(ReadPool pool) {
    Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> await(sleep(pool, 0)) == 1);
  }

  /** A read that has the connection until the promise is kept. */
  private static Promise<Void> occupy(ReadPool pool) throws Exception {
    var begun = new CompletableFuture<Void>();
    var open = Promise.<Void>promise();
    begin(
        pool.read(
            connection -> {
              begun.complete(null);
              return open.future();
            }));
    begun.get(60, TimeUnit.SECONDS);
    return open;
  }

  private static ReadPool pool(
      int connections, int waiting, int patienceMillis, int statementMillis) {
    return new ReadPool(
        PgBuilder.pool()
            .with(
                new PoolOptions()
                    .setMaxSize(connections)
                    .setMaxWaitQueueSize(waiting)
                    .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                    .setConnectionTimeout(patienceMillis))
            .connectingTo(database.options().addProperty("statement_timeout", "" + statementMillis))
            .using(database.vertx())
            .build(),
        1_000_000);
  }

  private static Uni<Long> sleep(ReadPool pool, double seconds) {
    return pool.read(
        connection ->
            connection
                .query("SELECT 1::bigint FROM pg_sleep(%s)".formatted(seconds))
                .execute()
                .map(rows -> rows.iterator().next().getLong(0)));
  }

  private static <T> CompletableFuture<T> begin(Uni<T> reading) {
    return reading.subscribeAsCompletionStage();
  }

  private static <T> T await(Uni<T> reading) {
    return reading.await().atMost(PATIENCE);
  }

  private static Throwable root(Throwable thrown) {
    return thrown.getCause() == null ? thrown : root(thrown.getCause());
  }
}
