package io.muster.outbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EventFollowerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final EventFollower.Settings QUICK =
      new EventFollower.Settings(
          "registry", 7, Duration.ofMillis(30), Duration.ofSeconds(30), Duration.ofMillis(200));

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final List<AutoCloseable> open = new ArrayList<>();
  private final AtomicBoolean away = new AtomicBoolean();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger snapshots = new AtomicInteger();
  private OutboxLog log;

  @BeforeEach
  void prepare() {
    log = new OutboxLog(DATABASE.pool());
    DATABASE.run("CREATE TABLE effect (id uuid, sequence bigint)");
    var publisher =
        new OutboxPublisher(
            DATABASE.pool(),
            OutboxSettings.defaults(),
            Clock.systemUTC(),
            event -> Uni.createFrom().voidItem(),
            (transaction, event, reason) -> Uni.createFrom().voidItem());
    publisher.start();
    open.add(publisher);
  }

  @AfterEach
  void close() throws Exception {
    for (var closeable : open.reversed()) {
      closeable.close();
    }
  }

  @Test
  void eachEventHasItsEffectOnceInOrderAcrossRestarts() {
    append(0, 20);
    var first = follow();
    await().atMost(PATIENCE).until(() -> effects() == 20);
    first.close();
    append(20, 40);
    follow();
    await().atMost(PATIENCE).until(() -> effects() == 40);
    assertEquals(
        40, DATABASE.number("SELECT count(DISTINCT sequence) FROM effect"), "each one once");
    assertEquals(40, DATABASE.number("SELECT position FROM followed_log"));
  }

  @Test
  void anEffectThatFailsIsTriedAgainAndNotDoneTwice() {
    failures.set(3);
    append(0, 20);
    follow();
    await().atMost(PATIENCE).until(() -> effects() == 20);
    assertEquals(20, DATABASE.number("SELECT count(DISTINCT sequence) FROM effect"));
  }

  @Test
  void anEventThatComesAgainHasNoSecondEffect() {
    append(0, 5);
    var first = follow();
    await().atMost(PATIENCE).until(() -> effects() == 5);
    first.close();
    DATABASE.run("UPDATE followed_log SET position = 0");
    append(5, 6);
    follow();
    await().atMost(PATIENCE).until(() -> effects() == 6);
    await().atMost(PATIENCE).until(() -> DATABASE.number("SELECT position FROM followed_log") == 6);
    assertEquals(6, effects());
  }

  @Test
  void catchesUpWhenTheOtherServiceIsBack() {
    away.set(true);
    var follower = follow();
    append(0, 20);
    await().during(Duration.ofMillis(200)).atMost(PATIENCE).until(() -> effects() == 0);
    assertTrue(follower.upToDateAt().isEmpty());
    away.set(false);
    await().atMost(PATIENCE).until(() -> effects() == 20);
    await().atMost(PATIENCE).until(() -> follower.upToDateAt().isPresent());
  }

  @Test
  void startsOverFromASnapshotWhenTheLogNoLongerHoldsWhatIsNext() {
    append(0, 20);
    DATABASE.run("DELETE FROM outbox WHERE sequence <= 10");
    follow();
    await().atMost(PATIENCE).until(() -> snapshots.get() == 1);
    await()
        .atMost(PATIENCE)
        .until(() -> DATABASE.number("SELECT coalesce(max(position), 0) FROM followed_log") == 20);
    append(20, 21);
    await().atMost(PATIENCE).until(() -> effects() == 1);
  }

  @Test
  void goesOnFromWhereItsEffectsSayWhenThePositionWasMoved() {
    append(0, 10);
    var position = new AtomicLong(8);
    List<Long> taken = new CopyOnWriteArrayList<>();
    var effects =
        new EventFollower.Effects() {
          @Override
          public Uni<Long> position() {
            return Uni.createFrom().item(position.get());
          }

          @Override
          public Uni<Void> take(EventPage page) {
            if (position.getAndSet(3) == 8) {
              return Uni.createFrom().failure(new PositionMovedException("elsewhere"));
            }
            page.items().forEach(it -> taken.add(it.sequence()));
            return Uni.createFrom().voidItem();
          }

          @Override
          public Uni<Long> startOver(long end) {
            return Uni.createFrom().failure(new AssertionError("nothing is missing"));
          }
        };
    var follower = new EventFollower(QUICK, this::fetch, effects, Clock.systemUTC());
    open.add(follower);
    follower.start();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertEquals(List.of(4L, 5L, 6L, 7L, 8L, 9L, 10L), taken));
  }

  @Test
  void startsOverWhenTheLogIsAnotherOneThanBefore() {
    DATABASE.run("INSERT INTO followed_log VALUES ('registry', 1000)");
    append(0, 5);
    follow();
    await().atMost(PATIENCE).until(() -> snapshots.get() == 1);
    append(5, 6);
    await().atMost(PATIENCE).until(() -> effects() == 1);
  }

  private EventFollower follow() {
    var effect =
        new KeptEffects.Effect() {
          @Override
          public Uni<Void> apply(SqlConnection transaction, OutboxEvent event) {
            if (event.sequence() % 5 == 4 && failures.getAndDecrement() > 0) {
              return Uni.createFrom().failure(new IllegalStateException("not now"));
            }
            return transaction
                .preparedQuery("INSERT INTO effect VALUES ($1, $2)")
                .execute(Tuple.of(event.id(), event.sequence()))
                .replaceWithVoid();
          }

          @Override
          public Uni<Void> startOver(SqlConnection transaction) {
            snapshots.incrementAndGet();
            return Uni.createFrom().voidItem();
          }
        };
    var effects = new KeptEffects(DATABASE.pool(), "registry", Duration.ofDays(7), effect);
    var follower = new EventFollower(QUICK, this::fetch, effects, Clock.systemUTC());
    open.add(follower);
    follower.start();
    return follower;
  }

  private Uni<EventPage> fetch(long after, int limit) {
    return away.get()
        ? Uni.createFrom().failure(new IllegalStateException("away"))
        : log.page(after, limit);
  }

  private static void append(int from, int to) {
    DATABASE
        .pool()
        .withTransaction(transaction -> Outbox.append(transaction, Entries.answers("d1", from, to)))
        .await()
        .atMost(PATIENCE);
    await()
        .atMost(PATIENCE)
        .until(() -> DATABASE.number("SELECT count(*) FROM outbox WHERE sequence IS NULL") == 0);
  }

  private static long effects() {
    return DATABASE.number("SELECT count(*) FROM effect");
  }
}
