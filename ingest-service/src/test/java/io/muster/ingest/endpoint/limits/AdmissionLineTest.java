package io.muster.ingest.endpoint.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.limits.AdmissionLine.Limits;
import io.muster.ingest.endpoint.limits.AdmissionLine.Ticket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AdmissionLineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private record Task(long atNanos, Runnable work) {}

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>((one, other) -> Long.compare(one.atNanos, other.atNanos));
  private final List<Integer> turns = new ArrayList<>();
  private long nowNanos;

  private AdmissionLine line(int atOnce, int waiting, int perSecond) {
    var line = new AdmissionLine(new Limits(atOnce, waiting, perSecond, PATIENCE), () -> nowNanos);
    line.useTimer((work, nanos) -> tasks.add(new Task(nowNanos + nanos, work)));
    return line;
  }

  private void pass(Duration time) {
    var until = nowNanos + time.toNanos();
    while (!tasks.isEmpty() && tasks.peek().atNanos <= until) {
      var task = tasks.remove();
      nowNanos = task.atNanos;
      task.work.run();
    }
    nowNanos = until;
  }

  private Ticket join(AdmissionLine line, int number) {
    return line.join(() -> turns.add(number));
  }

  @Test
  void letsInSoManyAtATimeAndTheOthersInTheirOrder() {
    var line = line(2, 10, 1_000_000);
    var first = join(line, 1);
    join(line, 2);
    join(line, 3);
    join(line, 4);
    assertEquals(List.of(1, 2), turns);
    assertEquals(2, line.underWay());
    assertEquals(2, line.waiting());
    first.giveBack();
    first.giveBack();
    assertEquals(List.of(1, 2, 3), turns);
    assertEquals(2, line.underWay());
  }

  @Test
  void letsInSoManyInASecond() {
    var line = line(1_000, 1_000, 100);
    for (int i = 0; i < 500; i++) {
      join(line, i);
    }
    assertEquals(10, turns.size(), "a tenth of a second's at once");
    for (int second = 1; second <= 3; second++) {
      pass(Duration.ofSeconds(1));
      assertEquals(10 + 100 * second, turns.size(), 2);
    }
  }

  @Test
  void keepsToTheRateAlsoWhenManyDesksBecomeFreeAtOnce() {
    var line = line(100, 1_000, 100);
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      tickets.add(join(line, i));
    }
    pass(Duration.ofSeconds(5));
    assertEquals(100, turns.size());
    tickets.subList(0, 100).forEach(Ticket::giveBack);
    assertEquals(110, turns.size(), 1);
  }

  @Test
  void refusesWhenTheLineIsFull() {
    var line = line(1, 3, 1_000_000);
    for (int i = 0; i < 4; i++) {
      assertNotNull(join(line, i));
    }
    assertNull(join(line, 4));
    assertEquals(3, line.waiting());
  }

  @Test
  void refusesWhoWouldWaitTooLong() {
    var line = line(1_000, 1_000, 1);
    for (int i = 0; i < 1 + 10; i++) {
      assertNotNull(join(line, i), () -> turns.toString());
    }
    assertNull(join(line, 11));
    pass(Duration.ofSeconds(2));
    assertNotNull(join(line, 12));
  }

  @Test
  void whoGoesAwayLeavesTheLine() {
    var line = line(1, 2, 1_000_000);
    var first = join(line, 1);
    var second = join(line, 2);
    join(line, 3);
    second.giveBack();
    assertEquals(1, line.waiting());
    first.giveBack();
    assertEquals(List.of(1, 3), turns);
  }

  @Test
  void atTheEndNobodyWaits() {
    var line = line(1, 100, 1);
    for (int i = 0; i < 5; i++) {
      join(line, i);
    }
    line.letAllIn();
    join(line, 5);
    assertEquals(List.of(0, 1, 2, 3, 4, 5), turns);
    assertEquals(0, line.waiting());
  }

  @Test
  @Timeout(180)
  void isTheSameFromManyThreads() throws Exception {
    var line = new AdmissionLine(new Limits(8, 100_000, 1_000_000, PATIENCE), System::nanoTime);
    var atOnce = new AtomicInteger();
    var most = new AtomicInteger();
    var done = new CountDownLatch(5_000);
    try (var timer = Executors.newScheduledThreadPool(2);
        var desks = Executors.newFixedThreadPool(4)) {
      line.useTimer((task, nanos) -> timer.schedule(task, nanos, TimeUnit.NANOSECONDS));
      for (int i = 0; i < 5_000; i++) {
        var ticket = new CompletableFuture<Ticket>();
        ticket.complete(
            line.join(
                () -> {
                  most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                  desks.execute(
                      () -> {
                        atOnce.decrementAndGet();
                        ticket.join().giveBack();
                        done.countDown();
                      });
                }));
      }
      assertTrue(done.await(90, TimeUnit.SECONDS), () -> done + " were never let in");
    }
    assertTrue(most.get() <= 8, () -> most + " at a time");
    assertEquals(0, line.underWay());
    assertEquals(0, line.waiting());
  }
}
