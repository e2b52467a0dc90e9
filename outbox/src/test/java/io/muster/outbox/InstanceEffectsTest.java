package io.muster.outbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A log that an instance follows in its memory, and what it says of what it misses. */
class InstanceEffectsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String BEGIN = "begin";
  private static final String MISSED = "missed";

  private final List<String> happened = new CopyOnWriteArrayList<>();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile long end = 5;
  private volatile long oldest = 1;
  private volatile boolean away;
  private EventFollower follower;

  @AfterEach
  void stop() {
    if (follower != null) {
      follower.close();
    }
  }

  private void follow() {
    follower =
        new EventFollower(
            new EventFollower.Settings(
                "registry", 3, Duration.ofMillis(10), PATIENCE, Duration.ofMillis(20)),
            this::page,
            new InstanceEffects(this::page, recorded()),
            Clock.systemUTC());
    follower.start();
  }

  private InstanceEffects.Effect recorded() {
    return new InstanceEffects.Effect() {
      @Override
      public void begin() {
        happened.add(BEGIN);
      }

      @Override
      public void take(OutboxEvent event) {
        happened.add("" + event.sequence());
      }

      @Override
      public void missed() {
        happened.add(MISSED);
      }
    };
  }

  private Uni<EventPage> page(long after, int limit) {
    if (away) {
      refused.incrementAndGet();
      return Uni.createFrom().failure(new IllegalStateException("away"));
    }
    var last = end;
    var items =
        LongStream.rangeClosed(oldest, last)
            .filter(sequence -> sequence > after)
            .limit(limit)
            .mapToObj(InstanceEffectsTest::event)
            .toList();
    var next = items.isEmpty() ? Math.min(after, last) : items.getLast().sequence();
    return Uni.createFrom().item(new EventPage(items, next, oldest));
  }

  private static OutboxEvent event(long sequence) {
    return new OutboxEvent(
        sequence,
        UUID.randomUUID(),
        "platform/registry/device-disabled/acme/d1",
        1,
        "text/plain",
        Map.of(),
        new byte[0],
        Instant.EPOCH);
  }

  private void awaitRefused() {
    var before = refused.get();
    await().atMost(PATIENCE).until(() -> refused.get() > before + 1);
  }

  private void awaitHappened(String... all) {
    await().atMost(PATIENCE).until(() -> happened.size() >= all.length);
    assertEquals(List.of(all), happened);
  }

  @Test
  void whatHappensWhileTheLogIsAwayIsTakenAfterwards() {
    follow();
    awaitHappened(BEGIN);
    end = 6;
    awaitHappened(BEGIN, "6");
    away = true;
    awaitRefused();
    end = 10;
    away = false;
    awaitHappened(BEGIN, "6", "7", "8", "9", "10");
  }

  @Test
  void itBeginsWhenTheLogAnswers() {
    away = true;
    follow();
    awaitRefused();
    end = 7;
    assertEquals(List.of(), happened);
    away = false;
    awaitHappened(BEGIN);
    end = 8;
    awaitHappened(BEGIN, "8");
  }

  @Test
  void whatTheLogHoldsNoMoreIsSaidToBeMissedAndTheRestIsTaken() {
    follow();
    awaitHappened(BEGIN);
    away = true;
    awaitRefused();
    end = 10;
    oldest = 9;
    away = false;
    awaitHappened(BEGIN, MISSED);
    end = 11;
    awaitHappened(BEGIN, MISSED, "11");
  }

  @Test
  void anotherLogThatIsShorterIsSaidToBeMissed() {
    follow();
    awaitHappened(BEGIN);
    end = 2;
    awaitHappened(BEGIN, MISSED);
  }

  @Test
  void anEndThatComesLateMovesNothing() {
    var answers = new CopyOnWriteArrayList<UniEmitter<? super EventPage>>();
    var slow =
        new InstanceEffects((after, limit) -> Uni.createFrom().emitter(answers::add), recorded());
    slow.position().subscribe().with(it -> {});
    var second = slow.position().subscribeAsCompletionStage();
    answers.get(1).complete(new EventPage(List.of(), 7, 1));
    assertEquals(7L, second.join());
    answers.get(0).complete(new EventPage(List.of(), 5, 1));
    assertEquals(7L, slow.position().await().atMost(PATIENCE));
    assertEquals(List.of(BEGIN), happened);
  }
}
