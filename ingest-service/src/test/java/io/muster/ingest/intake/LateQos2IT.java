package io.muster.ingest.intake;

import static io.muster.ingest.intake.TestIntake.outcomeOf;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.Publication.ExactlyOnce;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** QoS 2 messages that a replica commits after their session went on elsewhere. */
class LateQos2IT {
  private static final AtomicInteger SESSIONS = new AtomicInteger();
  private static final int IDENTIFIER = 7;
  private static final long MANY = 1_000_000;

  @RegisterExtension static final SharedStore STORE = new SharedStore();

  private final StoreDatabase database = STORE.database();
  private final int session = SESSIONS.incrementAndGet();
  private final DeviceAddress device = DeviceAddress.of("late-" + session, "one");
  private final DeviceTopic.Event topic = new DeviceTopic.Event(device);
  private TestIntake intake;

  @BeforeEach
  void begin() {
    intake = TestIntake.on(database);
  }

  @AfterEach
  void end() {
    intake.close();
  }

  /** A session whose client has connected for the second time. */
  private void sessionReleasedAt(long epoch) {
    database.run(
        "INSERT INTO mqtt_session (client_identifier, session_key, epoch, released_epoch,"
            + " connected_at, expiry_seconds) VALUES ($1, $2, 2, $3, now(), 60)",
        device.toString(),
        (long) session,
        epoch);
  }

  private ExactlyOnce over(long epoch) {
    return new ExactlyOnce(session, epoch, IDENTIFIER);
  }

  @Test
  void anIdentifierThatWasReleasedOverALaterConnectionDoesNotSwallowTheNextMessage() {
    sessionReleasedAt(2);
    assertEquals(Outcome.kept(), outcomeOf(intake.exactlyOnce(topic, "late", over(1))));
    assertEquals(0, remembered());
    assertEquals(Outcome.kept(), outcomeOf(intake.exactlyOnce(topic, "next", over(2))));
    assertEquals(1, remembered());
    assertEquals(2, events());
  }

  @Test
  void aMessageThatIsSentAgainOverALaterConnectionIsStoredOnce() {
    sessionReleasedAt(0);
    assertEquals(Outcome.kept(), outcomeOf(intake.exactlyOnce(topic, "same", over(1))));
    assertEquals(Outcome.kept(), outcomeOf(intake.exactlyOnce(topic, "same", over(2))));
    assertEquals(1, events());
    assertEquals(1.0, intake.counted("repetitions"));
  }

  @Test
  void theSameInOneBatch() {
    sessionReleasedAt(0);
    var lock = StoreDatabase.await(database.pool().getConnection());
    StoreDatabase.await(lock.query("BEGIN").execute());
    StoreDatabase.await(lock.query("LOCK TABLE event IN ACCESS EXCLUSIVE MODE").execute());
    var pending =
        List.of(
            intake.exactlyOnce(topic, "first", new ExactlyOnce(session, 2, 1)),
            intake.exactlyOnce(topic, "same", over(1)),
            intake.exactlyOnce(topic, "same", over(2)),
            intake.exactlyOnce(topic, "other", new ExactlyOnce(session, 2, 2)));
    StoreDatabase.await(lock.query("ROLLBACK").execute());
    StoreDatabase.await(lock.close());
    pending.forEach(outcome -> assertEquals(Outcome.kept(), outcomeOf(outcome)));
    assertEquals(3, events());
    assertEquals(3, remembered());
  }

  /** With many sessions, so that PostgreSQL goes through their index. */
  @Test
  void identifiersOfSessionsThatAreBeingChangedAreRemembered() {
    database.run(
        "INSERT INTO mqtt_session (client_identifier, session_key, epoch, connected_at,"
            + " expiry_seconds) SELECT $1 || n, $2 + n, 2, now(), 60"
            + " FROM generate_series(0, 9999) AS n",
        device.toString(),
        MANY);
    database.run("ANALYZE mqtt_session");
    var lock = StoreDatabase.await(database.pool().getConnection());
    var changing = StoreDatabase.await(database.pool().getConnection());
    StoreDatabase.await(lock.query("BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE").execute());
    // A batch of its own, which waits for the table, so that the others gather.
    var first = intake.exactlyOnce(topic, "m0", new ExactlyOnce(MANY, 2, 1));
    await().until(this::waiting);
    var pending =
        IntStream.range(1, 4)
            .mapToObj(n -> intake.exactlyOnce(topic, "m" + n, new ExactlyOnce(MANY + n, 2, 1)))
            .toList();
    StoreDatabase.await(
        changing
            .query(
                "BEGIN; UPDATE mqtt_session SET subscriptions = subscriptions WHERE session_key > "
                    + MANY)
            .execute());
    StoreDatabase.await(lock.query("ROLLBACK").execute());
    assertEquals(Outcome.kept(), outcomeOf(first));
    await().until(this::waiting);
    StoreDatabase.await(changing.query("COMMIT").execute());
    pending.forEach(outcome -> assertEquals(Outcome.kept(), outcomeOf(outcome)));
    assertEquals(
        4, database.number("SELECT count(*) FROM exactly_once WHERE session_key >= $1", MANY));
    database.run("DELETE FROM mqtt_session WHERE session_key >= $1", MANY);
    StoreDatabase.await(Future.all(lock.close(), changing.close()));
  }

  private boolean waiting() {
    return database.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        > 0;
  }

  @Test
  void aMessageWhoseSessionIsNoMoreIsStoredAndNotRemembered() {
    assertEquals(Outcome.kept(), outcomeOf(intake.exactlyOnce(topic, "orphan", over(1))));
    assertEquals(1, events());
    assertEquals(0, remembered());
  }

  private long remembered() {
    return database.number(
        "SELECT count(*) FROM exactly_once WHERE session_key = $1", (long) session);
  }

  private long events() {
    return database.number(
        "SELECT count(*) FROM event e JOIN device d ON d.key = e.device_key WHERE d.tenant = $1",
        device.tenant().value());
  }
}
