package io.muster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class UnderWayTest {
  private final UnderWay underWay = new UnderWay();
  private final AtomicInteger sent = new AtomicInteger();
  private final CompletableFuture<Void> answer = new CompletableFuture<>();
  private final UUID id = UUID.randomUUID();

  @Test
  void whatIsOnItsWayIsNotSentAgainAndAllHearOfItsEnd() {
    var first = publish(id);
    var second = publish(id);
    assertEquals(1, sent.get());
    assertFalse(first.isDone());
    answer.complete(null);
    assertTrue(first.isDone());
    assertTrue(second.isDone());
  }

  @Test
  void whatHasArrivedOrFailedMayBeSentAgain() {
    answer.completeExceptionally(new IllegalStateException("away"));
    assertThrows(CompletionException.class, () -> publish(id).join());
    assertThrows(CompletionException.class, () -> publish(id).join());
    assertEquals(2, sent.get());
  }

  @Test
  void othersAreSentMeanwhile() {
    publish(id);
    publish(UUID.randomUUID());
    assertEquals(2, sent.get());
  }

  private CompletableFuture<Void> publish(UUID message) {
    return underWay
        .once(
            message,
            () -> {
              sent.incrementAndGet();
              return Uni.createFrom().completionStage(answer);
            })
        .subscribeAsCompletionStage();
  }
}
