package io.muster.ingest.sessions;

import static io.muster.ingest.sessions.TestReplica.NEVER_ENDS;
import static io.muster.ingest.sessions.TestReplica.client;
import static io.muster.ingest.sessions.TestReplica.will;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.sessions.ExactlyOnceTable.Release;
import io.muster.ingest.sessions.SessionTable.Unaccepted;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Statements about several sessions leave none out that another transaction is changing. They are
 * planned as for many sessions: with few PostgreSQL would not go through the indexes.
 */
class ContendedSessionsIT {
  private static final String SESSIONS = "UPDATE mqtt_session SET subscriptions = subscriptions";
  private static final String FOR_MANY =
      "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off";

  @TempDir static Path folder;
  private static SessionsDatabase database;
  private static TestReplica replica;

  private final List<TakenSession> taken = new ArrayList<>();
  private List<DeviceAddress> devices;

  @BeforeAll
  static void start() {
    database = SessionsDatabase.start(folder);
    // It does nothing by itself.
    replica =
        new TestReplica(
            "one",
            database.pool(),
            Map.of("muster.sessions.reconcile", "1h", "muster.sessions.cleanup", "1h"));
    await().until(replica.sessions::isReady);
  }

  @AfterAll
  static void stop() {
    replica.close();
    database.close();
  }

  @BeforeEach
  void takeSessions() {
    run("DELETE FROM mqtt_will");
    run("DELETE FROM mqtt_session");
    devices = IntStream.range(0, 3).mapToObj(n -> DeviceAddress.of("acme", "d" + n)).toList();
    devices.forEach(it -> taken.add(replica.take(it, false, NEVER_ENDS, will(it, 60))));
  }

  @Test
  void thoseThatEnd() {
    whileChanged(SESSIONS, db -> SessionTable.end(db, ends(60, true)));
    assertEquals(3, sessions("replica_key IS NULL AND expires_at IS NOT NULL"));
  }

  @Test
  void thoseThatEndAndDoNotLast() {
    whileChanged(SESSIONS, db -> SessionTable.end(db, ends(0, true)));
    assertEquals(0, sessions("true"));
  }

  @Test
  void willsThatATakeoverMadeDueAndAGoodbyeTakesBack() {
    whileChanged(
        "UPDATE mqtt_will SET due_at = now() + interval '1 minute'",
        db -> SessionTable.end(db, ends(60, false)));
    assertEquals(0, replica.count("SELECT count(*) FROM mqtt_will"));
  }

  @Test
  void thoseThatWereNotAccepted() {
    var key = (int) replica.count("SELECT replica_key::bigint FROM mqtt_session LIMIT 1");
    var first = replica.lastConnection() - 2;
    var unaccepted =
        IntStream.range(0, 3)
            .mapToObj(n -> new Unaccepted(key, client(devices.get(n)), first + n))
            .toList();
    whileChanged(SESSIONS, db -> SessionTable.endUnaccepted(db, unaccepted));
    assertEquals(3, sessions("replica_key IS NULL"));
  }

  @Test
  void thoseThatGoOn() {
    var releases = taken.stream().map(it -> released(it.sessionKey())).toList();
    whileChanged(SESSIONS, db -> ExactlyOnceTable.release(db, releases));
    assertEquals(3, sessions("released_epoch = epoch"));
  }

  private static Release released(long sessionKey) {
    var waiting = new Release[1];
    Uni.createFrom()
        .<Boolean>emitter(emitter -> waiting[0] = new Release(sessionKey, 1, emitter))
        .subscribe()
        .with(known -> {});
    return waiting[0];
  }

  @Test
  void thoseOfDevicesThatWereDeleted() {
    whileChanged(SESSIONS, db -> SessionRemoval.ofDevices(db, devices).replaceWithVoid());
    assertEquals(0, sessions("true"));
  }

  private List<SessionEnd> ends(long expirySeconds, boolean publishesWill) {
    return IntStream.range(0, 3)
        .mapToObj(
            n ->
                new SessionEnd(
                    client(devices.get(n)), taken.get(n).epoch(), expirySeconds, publishesWill))
        .toList();
  }

  private static long sessions(String which) {
    return replica.count("SELECT count(*) FROM mqtt_session WHERE " + which);
  }

  /** Begins it while a change of all rows is not committed yet. */
  private static void whileChanged(String change, Function<SqlConnection, Uni<Void>> statement) {
    var changing = connection("BEGIN; " + change);
    var connection = connection(FOR_MANY);
    CompletableFuture<Void> done = statement.apply(connection).subscribeAsCompletionStage();
    await()
        .until(
            () ->
                replica.count(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                    > 0);
    changing.query("COMMIT").execute().await().indefinitely();
    done.join();
    changing.close().await().indefinitely();
    connection.query("RESET ALL").execute().await().indefinitely();
    connection.close().await().indefinitely();
  }

  private static SqlConnection connection(String first) {
    var connection = replica.pool.getConnection().await().indefinitely();
    connection.query(first).execute().await().indefinitely();
    return connection;
  }

  private static void run(String sql) {
    replica.pool.query(sql).execute().await().indefinitely();
  }
}
