package io.muster.outbox.chore;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ChoreTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final AtomicInteger begun = new AtomicInteger();
  private final List<String> heard = new ArrayList<>();

  @Test
  void isDoneOnceAtATime() {
    var end = new CompletableFuture<Void>();
    var chore = chore(() -> Uni.createFrom().completionStage(end));
    chore.run();
    chore.run();
    assertEquals(1, begun.get());
    end.complete(null);
    chore.run();
    assertEquals(2, begun.get());
    assertEquals(List.of("succeeded", "succeeded"), heard);
  }

  @Test
  void isDoneAgainAfterItFailed() {
    var chore = chore(() -> Uni.createFrom().failure(new IllegalStateException("away")));
    chore.run();
    chore.run();
    assertEquals(2, begun.get());
    assertEquals(List.of("away", "away"), heard);
  }

  @Test
  void isDoneAgainAfterItThrewBeforeThereWasAnythingToWaitFor() {
    var chore =
        chore(
            () -> {
              throw new IllegalStateException("not even begun");
            });
    chore.run();
    chore.run();
    assertEquals(List.of("not even begun", "not even begun"), heard);
  }

  @Test
  void isDoneAtIntervalsUntilItIsStopped() {
    var vertx = Vertx.vertx();
    try {
      var chore = chore(() -> Uni.createFrom().voidItem());
      chore.every(Duration.ofMillis(1), vertx);
      await().atMost(PATIENCE).until(() -> begun.get() > 2);
      chore.stop();
      var stopped = begun.get();
      await()
          .during(Duration.ofMillis(50))
          .atMost(PATIENCE)
          .until(() -> begun.get() <= stopped + 1);
    } finally {
      vertx.close();
    }
  }

  @Test
  void stoppingWhatNeverBeganDoesNothing() {
    chore(() -> Uni.createFrom().voidItem()).stop();
    assertEquals(0, begun.get());
  }

  private Chore chore(Supplier<Uni<Void>> task) {
    return new Chore(
        () -> {
          begun.incrementAndGet();
          return task.get();
        },
        new Chore.Listener() {
          @Override
          public void failed(Throwable failure) {
            heard.add(failure.getMessage());
          }

          @Override
          public void succeeded() {
            heard.add("succeeded");
          }
        });
  }
}
