package io.muster.outbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OutboxPublisherIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final OutboxSettings QUICK =
      OutboxSettings.defaults()
          .withIntervals(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofSeconds(30))
          .withPatience(PATIENCE, Duration.ofMillis(10), Duration.ofMillis(100), 5);

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final List<OutboxPublisher> publishers = new ArrayList<>();
  private final RecordingBroker broker = new RecordingBroker();
  private final List<String> givenUp = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    publishers.forEach(OutboxPublisher::close);
  }

  @Test
  void publishesEachDevicesMessagesInOrder() {
    var publisher = publisher(QUICK.withBounds(50, 8));
    for (int n = 0; n < 200; n += 10) {
      for (int device = 0; device < 20; device++) {
        append(Entries.answers("d" + device, n, n + 10));
      }
      publisher.wakeUp();
    }
    await().atMost(PATIENCE).until(() -> broker.taken().size() >= 4_000);
    for (int device = 0; device < 20; device++) {
      assertEquals(numbers(0, 200), broker.takenOf("d" + device));
    }
    assertTrue(broker.mostUnderWay() <= 8, () -> broker.mostUnderWay() + " under way");
    await().atMost(PATIENCE).until(() -> unsettled() == 0);
    await().atMost(PATIENCE).until(() -> publisher.published() == 4_000);
  }

  @Test
  void aBrokerThatIsAwayHoldsUpNeitherWritersNorTheLog() {
    broker.goAway();
    var publisher = publisher(QUICK);
    append(Entries.answers("d1", 0, 10));
    var log = new OutboxLog(DATABASE.pool());
    await().atMost(PATIENCE).until(() -> log.lastSequence().await().atMost(PATIENCE) == 10);
    await().atMost(PATIENCE).until(() -> publisher.status().waiting() == 10);
    await()
        .atMost(PATIENCE)
        .until(() -> publisher.status().lastFailure().equals(Optional.of("the broker is away")));

    append(Entries.answers("d1", 10, 20));
    await().atMost(PATIENCE).until(() -> log.lastSequence().await().atMost(PATIENCE) == 20);
    assertEquals(List.of(), broker.taken());

    broker.comeBack();
    await().atMost(PATIENCE).until(() -> broker.taken().size() == 20);
    assertEquals(numbers(0, 20), broker.takenOf("d1"));
    await().atMost(PATIENCE).until(() -> publisher.status().lastFailure().isEmpty());
  }

  @Test
  void insertsDoNotKnockAtTheDoorOfABrokerThatIsAway() {
    broker.goAway();
    var patient = QUICK.withPatience(PATIENCE, Duration.ofMinutes(10), Duration.ofMinutes(10), 5);
    var publisher = publisher(patient);
    append(Entries.answers("first", 0, 1));
    await().atMost(PATIENCE).until(() -> publisher.status().waiting() == 1);
    for (int n = 0; n < 60; n++) {
      append(Entries.answers("d" + n, n, n + 1));
      publisher.wakeUp();
    }
    var log = new OutboxLog(DATABASE.pool());
    await().atMost(PATIENCE).until(() -> log.lastSequence().await().atMost(PATIENCE) == 61);
    assertEquals(1, broker.asked());
  }

  @Test
  void oneDevicesFailureDoesNotHoldUpTheOthersNorLetItsOwnOvertake() {
    broker.failFor("sick", new IllegalStateException("try again"));
    publisher(
        QUICK.withPatience(PATIENCE, Duration.ofMillis(10), Duration.ofMillis(100), 1_000_000));
    append(Entries.answers("sick", 0, 5));
    append(Entries.answers("well", 0, 5));
    await().atMost(PATIENCE).until(() -> broker.takenOf("well").size() == 5);
    assertEquals(List.of(), broker.takenOf("sick"));
    broker.comeBack();
    await().atMost(PATIENCE).until(() -> broker.takenOf("sick").size() == 5);
    assertEquals(numbers(0, 5), broker.takenOf("sick"));
  }

  @Test
  void aDeviceThatSaysMuchDoesNotKeepTheOthersWaiting() {
    append(Entries.answers("noisy", 0, 1_500));
    append(Entries.answers("quiet", 0, 1));
    append(Entries.answers("noisy", 1_500, 1_600));
    append(Entries.answers("calm", 0, 2));
    // Until all of them have their place in the log.
    broker.holdAfter(0);
    publisher(QUICK.withBounds(100, 8));
    awaitNumbered();
    broker.letGo();
    await().atMost(PATIENCE).until(() -> broker.taken().size() == 1_603);
    var firstTurns = broker.taken().subList(0, 300).stream().map(OutboxEvent::topic).toList();
    assertEquals(1, firstTurns.stream().filter(topic -> topic.contains("/quiet/")).count());
    assertEquals(2, firstTurns.stream().filter(topic -> topic.contains("/calm/")).count());
    assertEquals(numbers(0, 1_600), broker.takenOf("noisy"));
    assertEquals(numbers(0, 2), broker.takenOf("calm"));
    await().atMost(PATIENCE).until(() -> unsettled() == 0);
  }

  @Test
  void whoCameWhileOneDeviceFillsTheBacklogWaitsForNoMoreThanARound() {
    append(Entries.answers("noisy", 0, 1_500));
    broker.holdAfter(250);
    publisher(QUICK.withBounds(100, 8));
    await().atMost(PATIENCE).until(() -> broker.taken().size() == 250);
    append(Entries.answers("late", 0, 1));
    awaitNumbered();
    broker.letGo();
    await().atMost(PATIENCE).until(() -> broker.takenOf("late").size() == 1);
    // What was left of a round, and one.
    var before = broker.taken().stream().takeWhile(event -> !event.topic().contains("/late/"));
    var number = before.count();
    assertTrue(number <= 250 + 2 * 100, () -> number + " before it");
    await().atMost(PATIENCE).until(() -> broker.takenOf("noisy").equals(numbers(0, 1_500)));
  }

  @Test
  void moreDevicesThanFitIntoARoundTakeTurns() {
    for (int n = 0; n < 3; n++) {
      for (int device = 0; device < 170; device++) {
        append(Entries.answers("d" + device, n, n + 1));
      }
    }
    publisher(QUICK.withBounds(50, 8));
    await().atMost(PATIENCE).until(() -> broker.taken().size() == 510);
    for (int device = 0; device < 170; device++) {
      assertEquals(numbers(0, 3), broker.takenOf("d" + device));
    }
    append(Entries.answers("d1", 3, 4));
    await().atMost(PATIENCE).until(() -> broker.takenOf("d1").size() == 4);
  }

  @Test
  void aDeviceWhoseMessagesAllFailHoldsUpNobodyHoweverManyTheyAre() {
    broker.failFor("sick", new IllegalStateException("try again"));
    append(Entries.answers("sick", 0, 500));
    publisher(QUICK.withBounds(100, 8));
    append(Entries.answers("well", 0, 5));
    await().atMost(PATIENCE).until(() -> broker.takenOf("well").size() == 5);
    assertEquals(numbers(0, 5), broker.takenOf("well"));
  }

  @Test
  void aMessageThatTheBrokerWillNeverTakeIsGivenUpAndTheNextGoesOn() {
    broker.failFor("sick", new RefusedMessageException("not authorised"));
    var publisher = publisher(QUICK);
    append(Entries.answers("sick", 0, 2));
    append(Entries.answers("well", 0, 2));
    await().atMost(PATIENCE).until(() -> givenUp.size() == 2);
    assertEquals(List.of("REFUSED 0", "REFUSED 1"), givenUp);
    await().atMost(PATIENCE).until(() -> unsettled() == 0);
    await().atMost(PATIENCE).until(() -> publisher.gaveUp(UndeliveredSink.Reason.REFUSED) == 2);
  }

  @Test
  void aMessageThatFailsAgainAndAgainWhileOthersPassIsGivenUp() {
    broker.failFor("sick", new IllegalStateException("breaks the broker"));
    publisher(QUICK);
    append(Entries.answers("sick", 0, 1));
    var n = new int[1];
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              append(Entries.answers("well", n[0], ++n[0]));
              return givenUp.equals(List.of("REFUSED 0"));
            });
  }

  @Test
  void whatWaitedTooLongIsGivenUpInTheTransactionThatSettlesIt() {
    broker.goAway();
    append(Entries.answers("d1", 0, 2));
    DATABASE.run("UPDATE outbox SET created_at = now() - interval '8 days'");
    append(Entries.answers("d1", 2, 3));
    var publisher = publisher(QUICK);
    await().atMost(PATIENCE).until(() -> givenUp.size() >= 2);
    await().atMost(PATIENCE).until(() -> unsettled() == 1);
    assertEquals(List.of("EXPIRED 0", "EXPIRED 1"), givenUp);
    broker.comeBack();
    await().atMost(PATIENCE).until(() -> broker.takenOf("d1").equals(List.of("2")));
    assertEquals(2, publisher.gaveUp(UndeliveredSink.Reason.EXPIRED));
  }

  @Test
  void aSinkThatFailsLeavesTheMessageWhereItIs() {
    append(Entries.answers("d1", 0, 1));
    DATABASE.run("UPDATE outbox SET created_at = now() - interval '8 days'");
    var calls = new java.util.concurrent.atomic.AtomicInteger();
    start(
        DATABASE.pool(),
        QUICK,
        (transaction, event, reason) ->
            calls.incrementAndGet() < 3
                ? Uni.createFrom().failure(new IllegalStateException("full"))
                : note(transaction, event, reason));
    await().atMost(PATIENCE).until(() -> unsettled() == 0);
    assertEquals(List.of("EXPIRED 0"), givenUp);
  }

  @Test
  void onlyOneInstancePublishesAndAnotherTakesOverWhenItsConnectionDies() {
    var first = publisher(QUICK);
    await().atMost(PATIENCE).until(() -> first.status().publisher());
    var second = start(DATABASE.newPool(4), QUICK, this::note);
    append(Entries.answers("d1", 0, 50));
    second.wakeUp();
    await().atMost(PATIENCE).until(() -> broker.taken().size() == 50);
    assertFalse(second.status().publisher());
    assertEquals(0, second.published());

    for (int round = 1; round <= 4; round++) {
      DATABASE.run(
          "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted");
      append(Entries.answers("d1", round * 50, round * 50 + 50));
      var expected = round * 50 + 50;
      await().atMost(PATIENCE).until(() -> firstOccurrences().size() == expected);
    }
    assertEquals(numbers(0, 250), firstOccurrences());
    assertEquals(250, DATABASE.number("SELECT count(DISTINCT sequence) FROM outbox"));
    assertEquals(250, DATABASE.number("SELECT max(sequence) FROM outbox"));
  }

  @Test
  void anotherInstanceTakesOverWhenThePublisherStops() {
    var first = publisher(QUICK);
    await().atMost(PATIENCE).until(() -> first.status().publisher());
    var second = start(DATABASE.newPool(4), QUICK, this::note);
    first.close();
    await().atMost(PATIENCE).until(() -> second.status().publisher());
    append(Entries.answers("d1", 0, 5));
    await().atMost(PATIENCE).until(() -> broker.taken().size() == 5);
  }

  @Test
  void aNotificationWakesThePublisherBeforeItsPoll() {
    var unhurried =
        QUICK.withIntervals(Duration.ofHours(1), Duration.ofHours(1), Duration.ofSeconds(30));
    var first = publisher(unhurried);
    await().atMost(PATIENCE).until(() -> first.status().publisher());
    var standby = start(DATABASE.newPool(4), unhurried, this::note);
    append(Entries.answers("d1", 0, 5));
    standby.wakeUp();
    await().atMost(PATIENCE).until(() -> broker.taken().size() == 5);
  }

  @Test
  void worksAgainAfterTheDatabaseWasKilled() {
    publisher(QUICK);
    append(Entries.answers("d1", 0, 5));
    await().atMost(PATIENCE).until(() -> broker.taken().size() == 5);
    DATABASE.postgres().kill();
    DATABASE.postgres().restart();
    append(Entries.answers("d1", 5, 10));
    await().atMost(PATIENCE).until(() -> firstOccurrences().size() == 10);
    assertEquals(numbers(0, 10), firstOccurrences());
  }

  private OutboxPublisher publisher(OutboxSettings settings) {
    return start(DATABASE.pool(), settings, this::note);
  }

  private OutboxPublisher start(Pool pool, OutboxSettings settings, UndeliveredSink sink) {
    var publisher = new OutboxPublisher(pool, settings, Clock.systemUTC(), broker, sink);
    publishers.add(publisher);
    publisher.start();
    return publisher;
  }

  private Uni<Void> note(
      SqlConnection transaction, OutboxEvent event, UndeliveredSink.Reason reason) {
    return transaction
        .query("SELECT 1")
        .execute()
        .invoke(() -> givenUp.add(reason + " " + new String(event.payload())))
        .replaceWithVoid();
  }

  private List<String> firstOccurrences() {
    return broker.takenOf("d1").stream().distinct().toList();
  }

  private static void append(List<OutboxEntry> entries) {
    await()
        .pollDelay(Duration.ZERO)
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(
            () ->
                DATABASE
                    .pool()
                    .withTransaction(transaction -> Outbox.append(transaction, entries))
                    .await()
                    .atMost(Duration.ofSeconds(30)));
  }

  private static void awaitNumbered() {
    await()
        .atMost(PATIENCE)
        .until(() -> DATABASE.number("SELECT count(*) FROM outbox WHERE sequence IS NULL") == 0);
  }

  private static long unsettled() {
    return DATABASE.number("SELECT count(*) FROM outbox WHERE settled_at IS NULL");
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }
}
