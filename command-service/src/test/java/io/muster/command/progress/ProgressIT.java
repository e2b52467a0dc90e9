package io.muster.command.progress;

import static io.muster.command.HandWired.bean;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.command.CommandDatabase;
import io.muster.command.queue.Written;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProgressIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration FOR_EVER = Duration.ofDays(1);

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private Progress here;
  private Progress there;

  @BeforeEach
  void start() {
    here = bean(Progress.class, DATABASE.newPool(2));
    there = bean(Progress.class, DATABASE.newPool(2));
    here.start(null);
    there.start(null);
  }

  @AfterEach
  void stop() {
    here.stop(null);
    there.stop(null);
  }

  @Test
  void whoWaitsIsWokenUpAtOnceAtTheSameInstance() {
    var id = UUID.randomUUID();
    try (var signal = here.expect(id)) {
      here.written(changed(id));
      signal.within(FOR_EVER).await().atMost(PATIENCE);
    }
    assertEquals(0, here.waiting());
  }

  @Test
  void whoWaitsIsWokenUpByAnotherInstance() {
    awaitHearing(here, there);
    var ids = Stream.generate(UUID::randomUUID).limit(1_000).toList();
    var signals = ids.stream().map(here::expect).toList();
    there.written(changed(ids.toArray(UUID[]::new)));
    for (var signal : signals) {
      signal.within(FOR_EVER).await().atMost(PATIENCE);
      signal.close();
    }
    assertEquals(0, here.waiting());
  }

  @Test
  void anotherCommandWakesNobodyUp() {
    awaitHearing(here, there);
    try (var signal = here.expect(UUID.randomUUID())) {
      var woken = signal.within(FOR_EVER).subscribeAsCompletionStage();
      var other = UUID.randomUUID();
      try (var otherSignal = here.expect(other)) {
        there.written(changed(other));
        otherSignal.within(FOR_EVER).await().atMost(PATIENCE);
      }
      assertFalse(woken.isDone());
    }
  }

  @Test
  void whoWaitsForTheEndIsWokenUpByNothingElse() {
    awaitHearing(here, there);
    var id = UUID.randomUUID();
    for (var instance : List.of(here, there)) {
      try (var change = here.expect(id);
          var end = here.expectEnd(id)) {
        var woken = end.within(FOR_EVER).subscribeAsCompletionStage();
        instance.written(changed(id));
        change.within(FOR_EVER).await().atMost(PATIENCE);
        assertFalse(woken.isDone());
        instance.written(new Written(List.of(new Written.Change(id, true)), 0, List.of()));
        await().atMost(PATIENCE).until(woken::isDone);
      }
    }
  }

  @Test
  void anInstanceLeavesAsideWhatItToldItself() {
    awaitHearing(there, here);
    var id = UUID.randomUUID();
    try (var elsewhere = there.expect(id)) {
      here.written(changed(id));
      try (var again = here.expect(id)) {
        var woken = again.within(FOR_EVER).subscribeAsCompletionStage();
        elsewhere.within(FOR_EVER).await().atMost(PATIENCE);
        // Who listens hears all in one order: its own has come when it hears what is told after it.
        awaitHearing(here, there);
        assertFalse(woken.isDone());
      }
    }
  }

  /** Without its schema nobody can tell, and who listens already does not notice. */
  @Test
  void whatCouldNotBeToldIsToldWhenThatIsPossibleAgain() {
    awaitHearing(here, there);
    var schema = text("SELECT current_schema()");
    var began = text("SELECT now()::text");
    var ids = Stream.generate(UUID::randomUUID).limit(300).toList();
    var signals = ids.stream().map(here::expect).toList();
    try (var teller =
        new Notifications(DATABASE.newPool(1), Duration.ofMillis(20), heard -> {}, () -> {})) {
      DATABASE.run("ALTER SCHEMA " + schema + " RENAME TO " + schema + "_away");
      try {
        teller.tell(changed(ids.toArray(UUID[]::new)).commands());
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    DATABASE.number(
                            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_notify(%'"
                                + " AND pid <> pg_backend_pid() AND state = 'idle'"
                                + " AND query_start > '%s'".formatted(began))
                        > 0);
      } finally {
        DATABASE.run("ALTER SCHEMA " + schema + "_away RENAME TO " + schema);
      }
      for (var signal : signals) {
        signal.within(FOR_EVER).await().atMost(PATIENCE);
        signal.close();
      }
    }
  }

  @Test
  void theWaitHasItsOwnEnd() {
    try (var signal = here.expect(UUID.randomUUID())) {
      signal.within(Duration.ofMillis(20)).await().atMost(PATIENCE);
    }
  }

  @Test
  void whoWaitsIsWokenUpAfterATimeInWhichOthersWereNotHeard() {
    awaitHearing(here, there);
    try (var signal = here.expectEnd(UUID.randomUUID())) {
      DATABASE.run(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'");
      signal.within(FOR_EVER).await().atMost(PATIENCE);
    }
  }

  @Test
  void aConnectionThatIsCutIsReplaced() {
    awaitHearing(here, there);
    DATABASE.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'");
    awaitHearing(here, there);
  }

  private static String text(String sql) {
    return DATABASE
        .pool()
        .query(sql)
        .execute()
        .await()
        .atMost(PATIENCE)
        .iterator()
        .next()
        .getString(0);
  }

  private static Written changed(UUID... ids) {
    return new Written(
        Stream.of(ids).map(id -> new Written.Change(id, false)).toList(), 0, List.of());
  }

  /** Until one instance hears the other: who begins to listen hears what comes after that. */
  private static void awaitHearing(Progress listener, Progress teller) {
    var id = UUID.randomUUID();
    try (var signal = listener.expect(id)) {
      CompletableFuture<Void> heard = signal.within(FOR_EVER).subscribeAsCompletionStage();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                teller.written(changed(id));
                return heard.isDone();
              });
    }
  }
}
