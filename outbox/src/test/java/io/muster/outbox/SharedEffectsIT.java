package io.muster.outbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SharedEffectsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(300);

  private static final String UNFIT = "a/b/unfit";
  private static final String REFUSED = "a/b/refused";

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final List<SharedFollower> followers = new ArrayList<>();
  private final List<OutboxEvent> log = new CopyOnWriteArrayList<>();
  private final List<Long> leftOut = new CopyOnWriteArrayList<>();
  private final AtomicInteger failures = new AtomicInteger();

  /** What the listener heard, as {@code committed}, {@code taken 7} or {@code all}. */
  private final List<String> told = new CopyOnWriteArrayList<>();

  @BeforeEach
  void prepare() {
    DATABASE.run(
        "CREATE TABLE effect (place bigint GENERATED ALWAYS AS IDENTITY, sequence bigint)");
  }

  @AfterEach
  void close() {
    followers.forEach(SharedFollower::close);
  }

  @Test
  void twoInstancesTakeEachEventOnceAndInOrder() {
    append(500);
    follow(effects(SHORT));
    follow(effects(SHORT));
    await().atMost(PATIENCE).until(() -> taken().size() == 500);
    append(100);
    await().atMost(PATIENCE).until(() -> taken().size() == 600);
    assertEquals(LongStream.rangeClosed(1, 600).boxed().toList(), taken());
  }

  @Test
  void aPageThatFailsLeavesNothingAndIsTakenAgain() {
    failures.set(3);
    append(20);
    follow(effects(LONG));
    await().atMost(PATIENCE).until(() -> taken().size() == 20);
    assertEquals(LongStream.rangeClosed(1, 20).boxed().toList(), taken());
  }

  @Test
  void whatWasCommittedIsToldAndNothingElse() {
    failures.set(2);
    append(10);
    follow(effects(LONG));
    await().atMost(PATIENCE).until(() -> told.contains("all"));
    assertEquals(
        List.of("committed", "taken 7", "committed", "taken 10", "all"), told.subList(0, 5));
    assertTrue(followers.getFirst().upToDateAt().isPresent());
  }

  @Test
  void aLogThatIsStartedOverIsToldAsCommitted() {
    DATABASE.run("INSERT INTO followed_log (log, position) VALUES ('ingest', 77)");
    follow(effects(LONG));
    await().atMost(PATIENCE).until(() -> taken().equals(List.of(-1L)));
    await().atMost(PATIENCE).until(() -> told.contains("committed"));
  }

  @Test
  void whoClosesLetsAnotherGoOnAtOnce() {
    append(1);
    follow(effects(LONG));
    await().atMost(PATIENCE).until(() -> told.contains("all"));
    var other = effects(LONG);
    assertFalse(now(other.isMine()));
    followers.getFirst().close();
    assertFalse(followers.removeFirst().isHeld());
    assertTrue(now(other.isMine()));
  }

  @Test
  void whileOneHasTheTurnNobodyElseHas() {
    var first = effects(LONG);
    var second = effects(LONG);
    assertTrue(now(first.isMine()));
    assertFalse(now(second.isMine()));
    assertTrue(now(first.isMine()));
    now(first.end());
    assertTrue(now(second.isMine()));
    assertFalse(now(first.isMine()));
  }

  @Test
  void aTurnThatNobodyRenewsGoesToAnotherAndWhoLostItCommitsNothing() {
    append(10);
    var silent = effects(SHORT);
    assertTrue(now(silent.isMine()));
    var other = effects(LONG);
    await().atMost(PATIENCE).until(() -> now(other.isMine()));
    assertThrows(TurnLostException.class, () -> now(silent.take(page(0, 10))));
    assertEquals(List.of(), taken());
    now(other.take(page(0, 10)));
    assertEquals(10, taken().size());
    assertEquals(10L, now(other.position()));
  }

  @Test
  void anEventThatComesAgainHasNoSecondEffect() {
    append(5);
    var effects = effects(LONG);
    assertTrue(now(effects.isMine()));
    now(effects.take(page(0, 5)));
    now(effects.take(page(0, 5)));
    assertEquals(5, taken().size());
  }

  @Test
  void whatIsTakenAgainInAnotherPageHasNoSecondEffect() {
    append(7);
    var effects = effects(LONG);
    assertTrue(now(effects.isMine()));
    now(effects.take(page(0, 4)));
    now(effects.take(page(2, 5)));
    assertEquals(LongStream.rangeClosed(1, 7).boxed().toList(), taken());
    assertEquals(7L, now(effects.position()));
  }

  @Test
  void idsAreKeptOnDemandAlone() {
    append(5);
    var effects = effects(LONG);
    assertTrue(now(effects.isMine()));
    now(effects.take(page(0, 5)));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM followed_event"));
    var withIds =
        new SharedEffects(DATABASE.newPool(2), PATIENCE, "registry", LONG, LONG, new Effect());
    assertTrue(now(withIds.isMine()));
    now(withIds.take(page(0, 5)));
    assertEquals(5, DATABASE.number("SELECT count(*) FROM followed_event"));
  }

  @Test
  void whatFailsForItsContentIsLeftOutAloneAndTold() {
    append(2, "a/b/c");
    append(1, UNFIT);
    append(1, REFUSED);
    append(2, "a/b/c");
    var effects = effects(LONG);
    assertTrue(now(effects.isMine()));
    now(effects.take(page(0, 6)));
    assertEquals(List.of(1L, 2L, 5L, 6L), taken());
    assertEquals(List.of(3L, 4L), leftOut);
    assertEquals(6L, now(effects.position()));
  }

  @Test
  void whatMayPassLaterIsNeverLeftOut() {
    append(1, "a/b/c");
    append(1, UNFIT);
    var effects = effects(LONG);
    assertTrue(now(effects.isMine()));
    failures.set(1);
    assertThrows(IllegalStateException.class, () -> now(effects.take(page(0, 1))));
    assertEquals(List.of(), taken());
    assertEquals(List.of(), leftOut);
    assertEquals(0L, now(effects.position()));
    now(effects.take(page(0, 2)));
    assertEquals(List.of(1L), taken());
    assertEquals(List.of(2L), leftOut);
  }

  @Test
  void whatNobodyWantsMovesThePositionAlone() {
    var effects =
        new SharedEffects(
            DATABASE.pool(),
            PATIENCE,
            "ingest",
            LONG,
            new Effect() {
              @Override
              public boolean wants(OutboxEvent event) {
                return false;
              }
            });
    append(5);
    assertTrue(now(effects.isMine()));
    now(effects.take(page(0, 5)));
    assertEquals(5L, now(effects.position()));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM followed_event"));
  }

  @Test
  void aSnapshotMovesThePositionToTheEnd() {
    var effects = effects(LONG);
    assertTrue(now(effects.isMine()));
    assertEquals(77L, now(effects.startOver(77)));
    assertEquals(77L, now(effects.position()));
    assertEquals(List.of(-1L), taken());
  }

  private class Effect implements SharedEffects.Reader {
    @Override
    public boolean wants(OutboxEvent event) {
      return true;
    }

    @Override
    public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
      var topics = events.stream().map(OutboxEvent::topic).toList();
      if (topics.contains(UNFIT)) {
        throw new IllegalArgumentException("unfit");
      }
      if (topics.contains(REFUSED)) {
        return transaction.query("SELECT 'no number'::text::int").execute().replaceWithVoid();
      }
      var sequences = events.stream().map(OutboxEvent::sequence).toArray(Long[]::new);
      return transaction
          .preparedQuery(
              "INSERT INTO effect (sequence) SELECT s FROM unnest($1::bigint[]) WITH ORDINALITY"
                  + " AS t(s, o) ORDER BY o")
          .execute(Tuple.of(sequences))
          .invoke(
              () -> {
                if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                  throw new IllegalStateException("as the test wants it");
                }
              })
          .replaceWithVoid();
    }

    @Override
    public void leftOut(OutboxEvent event) {
      leftOut.add(event.sequence());
    }

    @Override
    public Uni<Void> startOver(SqlConnection transaction) {
      return transaction
          .query("INSERT INTO effect (sequence) VALUES (-1)")
          .execute()
          .replaceWithVoid();
    }
  }

  private SharedEffects effects(Duration turn) {
    return new SharedEffects(DATABASE.newPool(2), PATIENCE, "ingest", turn, new Effect());
  }

  private void follow(SharedEffects effects) {
    var settings =
        new EventFollower.Settings(
            "ingest", 7, Duration.ofMillis(20), PATIENCE, Duration.ofMillis(100));
    var follower =
        new SharedFollower(
            effects,
            settings,
            (after, limit) -> Uni.createFrom().item(() -> page(after, limit)),
            new Told(),
            Clock.systemUTC());
    followers.add(follower);
    follower.start();
  }

  private final class Told implements SharedFollower.Listener {
    @Override
    public void committed() {
      told.add("committed");
    }

    @Override
    public void taken(EventPage page) {
      told.add("taken " + page.next());
    }

    @Override
    public void upToDate(Instant at) {
      told.add("all");
    }
  }

  private EventPage page(long after, int limit) {
    var items = log.stream().skip(after).limit(limit).toList();
    var next = items.isEmpty() ? Math.min(after, log.size()) : items.getLast().sequence();
    return new EventPage(items, next, 1);
  }

  private void append(int count) {
    append(count, "a/b/c");
  }

  private void append(int count, String topic) {
    for (int i = 0; i < count; i++) {
      log.add(
          new OutboxEvent(
              log.size() + 1,
              UUID.randomUUID(),
              topic,
              1,
              null,
              Map.of(),
              new byte[0],
              Instant.now()));
    }
  }

  private List<Long> taken() {
    List<Long> taken = new ArrayList<>();
    DATABASE
        .run("SELECT sequence FROM effect ORDER BY place")
        .forEach(row -> taken.add(row.getLong(0)));
    return taken;
  }

  private static <T> T now(Uni<T> answer) {
    return answer.await().atMost(PATIENCE);
  }
}
