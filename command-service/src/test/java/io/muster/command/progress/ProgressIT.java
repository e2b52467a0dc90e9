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
      here.written(new Written(List.of(id), 0, List.of()));
      signal.within(FOR_EVER).await().atMost(PATIENCE);
    }
    assertEquals(0, here.waiting());
  }

  @Test
  void whoWaitsIsWokenUpByAnotherInstance() {
    awaitHearing();
    var ids = Stream.generate(UUID::randomUUID).limit(1_000).toList();
    var signals = ids.stream().map(here::expect).toList();
    there.written(new Written(ids, 0, List.of()));
    for (var signal : signals) {
      signal.within(FOR_EVER).await().atMost(PATIENCE);
      signal.close();
    }
    assertEquals(0, here.waiting());
  }

  @Test
  void anotherCommandWakesNobodyUp() {
    awaitHearing();
    try (var signal = here.expect(UUID.randomUUID())) {
      var woken = signal.within(FOR_EVER).subscribeAsCompletionStage();
      var other = UUID.randomUUID();
      try (var otherSignal = here.expect(other)) {
        there.written(new Written(List.of(other), 0, List.of()));
        otherSignal.within(FOR_EVER).await().atMost(PATIENCE);
      }
      assertFalse(woken.isDone());
    }
  }

  @Test
  void theWaitHasItsOwnEnd() {
    try (var signal = here.expect(UUID.randomUUID())) {
      signal.within(Duration.ofMillis(20)).await().atMost(PATIENCE);
    }
  }

  @Test
  void aConnectionThatIsCutIsReplaced() {
    awaitHearing();
    DATABASE.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'");
    awaitHearing();
  }

  /** Until one instance hears the other: who begins to listen hears what comes after that. */
  private void awaitHearing() {
    var id = UUID.randomUUID();
    try (var signal = here.expect(id)) {
      CompletableFuture<Void> heard = signal.within(FOR_EVER).subscribeAsCompletionStage();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                there.written(new Written(List.of(id), 0, List.of()));
                return heard.isDone();
              });
    }
  }
}
