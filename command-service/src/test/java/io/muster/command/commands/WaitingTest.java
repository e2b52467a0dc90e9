package io.muster.command.commands;

import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WaitingTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** Whoever is asked for in a test: its meter does not keep it. */
  private Waiting kept;

  @Test
  void asManyWaitAsMayAndNoMore() {
    var waiting = waiting(2);
    assertTrue(waiting.enter());
    assertTrue(waiting.enter());
    assertFalse(waiting.enter());
    assertEquals(2, number());
    waiting.leave();
    assertTrue(waiting.enter());
    assertFalse(waiting.enter());
  }

  @Test
  void nobodyNeedWait() {
    assertFalse(waiting(0).enter());
    assertEquals(0, number());
  }

  @Test
  void theBoundHoldsForFiftyAtOnce() {
    var waiting = waiting(10);
    var let = new AtomicInteger();
    try (var clients = Executors.newFixedThreadPool(50)) {
      for (var i = 0; i < 50; i++) {
        clients.execute(
            () -> {
              if (waiting.enter()) {
                let.incrementAndGet();
              }
            });
      }
    }
    assertEquals(10, let.get());
    assertEquals(10, number());
  }

  private Waiting waiting(int most) {
    var setting = Map.of("muster.command.following.waiting-requests", Integer.toString(most));
    kept = new Waiting(null, null, config(FollowingConfig.class, setting), meters);
    return kept;
  }

  private double number() {
    return meters.get("muster.command.waiting").gauge().value();
  }
}
