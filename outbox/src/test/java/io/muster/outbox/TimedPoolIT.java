package io.muster.outbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.postgres.SwallowingProxy;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TimedPoolIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Of what comes to no end. */
  private static final Duration LIMIT = Duration.ofMillis(200);

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private SwallowingProxy proxy;
  private Pool pool;
  private TimedPool timed;
  private TimedPool brief;

  @BeforeEach
  void open() {
    proxy = new SwallowingProxy(DATABASE.postgres().superuser().port());
    pool = DATABASE.newPool(2, proxy.port());
    timed = new TimedPool(pool, PATIENCE);
    brief = timed.within(LIMIT);
    DATABASE.run("CREATE TABLE mark (n int)");
  }

  @AfterEach
  void close() throws Exception {
    proxy.close();
  }

  private static Uni<Integer> mark(SqlConnection db) {
    return db.query("INSERT INTO mark VALUES (1)").execute().map(rows -> rows.rowCount());
  }

  private static long marks() {
    return DATABASE.number("SELECT count(*) FROM mark");
  }

  @Test
  void worksAgainAfterEachConnectionHadFallenSilent() {
    assertEquals(1, timed.use(TimedPoolIT::mark).await().atMost(PATIENCE));
    proxy.fallSilent();
    // More than the pool has connections.
    IntStream.range(0, 6).forEach(n -> assertTimesOut(brief.use(TimedPoolIT::mark)));
    proxy.flowAgain();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> brief.use(TimedPoolIT::mark).await().atMost(PATIENCE) == 1);
  }

  @Test
  void nothingIsDoneForSomebodyWhoseTimeIsUpBeforeThereWasAConnection() {
    var held = IntStream.range(0, 2).mapToObj(n -> pool.getConnection().await().atMost(PATIENCE));
    var connections = held.toList();
    assertTimesOut(brief.use(TimedPoolIT::mark));
    connections.forEach(SqlConnection::closeAndForget);
    assertEquals(1, timed.use(TimedPoolIT::mark).await().atMost(PATIENCE));
    assertEquals(1, marks());
  }

  @Test
  void aTransactionThatFailsOrTakesTooLongLeavesNothingAndNoConnectionIsLost() {
    for (int n = 0; n < 6; n++) {
      var failed =
          timed.inTransaction(
              db -> mark(db).map(rows -> Integer.parseInt("not a number")).replaceWithVoid());
      assertThrows(NumberFormatException.class, () -> failed.await().atMost(PATIENCE));
      assertTimesOut(
          brief.inTransaction(db -> mark(db).flatMap(rows -> Uni.createFrom().nothing())));
    }
    assertEquals(0, marks());
    assertEquals(1, timed.inTransaction(TimedPoolIT::mark).await().atMost(PATIENCE));
    assertEquals(1, marks());
  }

  private static void assertTimesOut(Uni<?> work) {
    var failure = assertThrows(CompletionException.class, () -> work.await().atMost(PATIENCE));
    assertTrue(failure.getCause() instanceof TimeoutException, failure::toString);
  }
}
