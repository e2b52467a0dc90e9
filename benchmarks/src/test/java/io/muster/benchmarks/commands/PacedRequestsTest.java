package io.muster.benchmarks.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.benchmarks.rounds.RoundFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PacedRequestsTest {
  private static final Duration MOMENT = Duration.ofMillis(100);

  @Test
  void asksEachQuestionOnceInOrder() throws InterruptedException {
    List<Long> asked = new ArrayList<>();
    var stored =
        new PacedRequests(500, MOMENT)
            .run(
                MOMENT,
                n -> {
                  asked.add(n);
                  return CompletableFuture.completedFuture(true);
                });
    assertEquals(50, stored.rows());
    assertEquals(LongStream.range(0, 50).boxed().toList(), asked);
    assertTrue(stored.p99Milliseconds().isPresent());
  }

  @Test
  void goesOnAskingWhileAnswersAreOpen() throws InterruptedException {
    List<CompletableFuture<Boolean>> open = Collections.synchronizedList(new ArrayList<>());
    var stored =
        new PacedRequests(500, Duration.ofSeconds(30))
            .run(
                MOMENT,
                n -> {
                  var answer = new CompletableFuture<Boolean>();
                  open.add(answer);
                  if (open.size() == 50) {
                    open.forEach(it -> it.complete(true));
                  }
                  return answer;
                });
    assertEquals(50, stored.rows());
  }

  @Test
  void climbsToTheWholeRate() throws InterruptedException {
    List<Long> at = new ArrayList<>();
    var start = System.nanoTime();
    new PacedRequests(500, MOMENT)
        .climb(
            MOMENT,
            n -> {
              at.add(System.nanoTime() - start);
              return CompletableFuture.completedFuture(true);
            });
    // Half as many as at the whole rate, and the nth never before its time.
    assertEquals(25, at.size());
    for (var n = 0; n < at.size(); n++) {
      assertTrue(at.get(n) >= Math.sqrt(2 * n * 0.1 / 500) * 1e9 - 1, "the " + n + "th");
    }
  }

  @Test
  void whatIsRefusedIsCountedByItself() throws InterruptedException {
    var paced = new PacedRequests(500, MOMENT);
    var stored = paced.run(MOMENT, n -> CompletableFuture.completedFuture(n % 5 != 0));
    assertEquals(40, stored.rows());
    assertEquals(10, paced.refused());
  }

  @Test
  void aFailedRequestCountsForNothing() {
    var paced = new PacedRequests(500, MOMENT);
    assertThrows(
        RoundFailedException.class,
        () ->
            paced.run(
                MOMENT,
                n ->
                    n == 3
                        ? CompletableFuture.failedFuture(new IllegalStateException("no"))
                        : CompletableFuture.completedFuture(true)));
  }

  @Test
  void aMissingAnswerIsAFailure() {
    var paced = new PacedRequests(100, MOMENT);
    assertThrows(
        RoundFailedException.class,
        () -> paced.run(Duration.ofMillis(20), n -> new CompletableFuture<>()));
  }
}
