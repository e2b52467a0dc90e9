package io.muster.command.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TogetherTest {
  private final List<List<Integer>> questions = new ArrayList<>();
  private final List<CompletableFuture<String>> answers = new ArrayList<>();
  private final Together<Integer, String> together =
      new Together<>(
          3,
          keys -> {
            questions.add(keys);
            var answer = new CompletableFuture<String>();
            answers.add(answer);
            return Uni.createFrom().completionStage(answer);
          });

  @Test
  void whatComesMeanwhileGoesTogetherInItsOrder() {
    var first = ask(1);
    var others = List.of(ask(2), ask(3), ask(4), ask(5));
    assertEquals(List.of(List.of(1)), questions);
    answers.get(0).complete("one");
    assertEquals("one", first.join());
    // As many as may.
    assertEquals(List.of(List.of(1), List.of(2, 3, 4)), questions);
    answers.get(1).complete("some");
    assertEquals("some", others.get(2).join());
    assertFalse(others.get(3).isDone());
    answers.get(2).complete("the rest");
    assertEquals("the rest", others.get(3).join());
  }

  @Test
  void aFailureIsThatOfThoseWhoAskedTogether() {
    var first = ask(1);
    var second = ask(2);
    answers.get(0).completeExceptionally(new IllegalStateException("away"));
    assertThrows(CompletionException.class, first::join);
    answers.get(1).complete("there");
    assertEquals("there", second.join());
  }

  @Test
  void aQuestionThatCannotEvenBeAskedHoldsUpNobody() {
    var refusing =
        new Together<Integer, String>(
            9,
            keys -> {
              throw new IllegalStateException("no");
            });
    assertThrows(
        CompletionException.class,
        () -> refusing.ask(1).subscribeAsCompletionStage().toCompletableFuture().join());
    assertThrows(
        CompletionException.class,
        () -> refusing.ask(2).subscribeAsCompletionStage().toCompletableFuture().join());
  }

  @Test
  void whoWaitedTooLongIsToldSoAndNothingIsDoneForHim() {
    List<List<Integer>> asked = new ArrayList<>();
    var stuck = new CompletableFuture<String>();
    var longest = Duration.ofSeconds(5);
    var now = new AtomicLong();
    var slow =
        new Together<Integer, String>(
            9,
            longest,
            now::get,
            keys -> {
              asked.add(keys);
              return Uni.createFrom().completionStage(stuck);
            });
    var first = slow.ask(1).subscribeAsCompletionStage().toCompletableFuture();
    var late = slow.ask(2).subscribeAsCompletionStage().toCompletableFuture();
    // Longer than anybody may wait.
    now.addAndGet(longest.toNanos() + 1);
    stuck.complete("at last");
    assertEquals("at last", first.join());
    var failure = assertThrows(CompletionException.class, late::join);
    assertTrue(failure.getCause() instanceof TimeoutException);
    assertEquals(List.of(List.of(1)), asked);
    assertEquals("at last", slow.ask(3).subscribeAsCompletionStage().toCompletableFuture().join());
  }

  @Test
  void theAnswerComesInTheContextOfWhoAsks() throws Exception {
    var vertx = Vertx.vertx();
    try {
      var context = vertx.getOrCreateContext();
      var came = new CompletableFuture<Boolean>();
      context.runOnContext(
          ignored ->
              together
                  .ask(1)
                  .subscribe()
                  .with(answer -> came.complete(Vertx.currentContext() == context)));
      while (answers.isEmpty()) {
        // Until it was asked, on the other thread.
        Thread.sleep(Duration.ofMillis(1));
      }
      answers.getFirst().complete("from elsewhere");
      assertTrue(came.get(60, TimeUnit.SECONDS));
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private CompletableFuture<String> ask(int key) {
    return together.ask(key).subscribeAsCompletionStage().toCompletableFuture();
  }
}
