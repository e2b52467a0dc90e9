package io.muster.localstack.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackOffTest {
  private final BackOff backOff =
      new BackOff(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(60));

  @Test
  void doublesUpToTheBound() {
    assertEquals(Duration.ofMillis(500), backOff.delay(1));
    assertEquals(Duration.ofSeconds(1), backOff.delay(2));
    assertEquals(Duration.ofSeconds(16), backOff.delay(6));
    assertEquals(Duration.ofSeconds(30), backOff.delay(7));
    assertEquals(Duration.ofSeconds(30), backOff.delay(1_000_000));
  }

  @Test
  void countsCrashesInARow() {
    assertEquals(4, backOff.afterCrash(3, Duration.ofSeconds(59)));
  }

  @Test
  void forgivesAfterAGoodWhile() {
    assertEquals(1, backOff.afterCrash(3, Duration.ofSeconds(60)));
  }
}
