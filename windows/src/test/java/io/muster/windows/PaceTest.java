package io.muster.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");

  @Test
  void theFirstGoesAtOnceAndTheNextWhenItIsTime() {
    var pace = Pace.fresh(T0).minus(1);
    assertEquals(0, pace.whole());
    assertEquals(T0.plusSeconds(6), pace.next(10));
    assertEquals(0, pace.after(T0.plusMillis(5_999), 10).whole());
    assertEquals(1, pace.after(T0.plusSeconds(6), 10).whole());
  }

  @Test
  void whatWasNotUsedIsNotMadeUpForLater() {
    assertEquals(50, Pace.fresh(T0).after(T0.plus(Duration.ofHours(1)), 600).whole());
    assertEquals(1, Pace.fresh(T0).after(T0.plus(Duration.ofHours(1)), 1).whole());
  }

  @Test
  void aClockThatGoesBackGivesNothing() {
    var pace = Pace.fresh(T0).minus(1);
    assertEquals(pace, pace.after(T0.minusSeconds(60), 10));
  }

  /** Whenever it is asked, no minute has more than the rate and what may be made up for. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 60, 1_000, 100_000})
  void noMinuteHasMoreThanItsRate(int perMinute) {
    var random = RandomGenerator.of("L64X128MixRandom");
    var pace = Pace.fresh(T0);
    var now = T0;
    var sent = new ArrayDeque<long[]>();
    var lastMinute = 0L;
    var total = 0L;
    for (var i = 0; i < 20_000; i++) {
      now = now.plusMillis(random.nextInt(1, random.nextInt(50) == 0 ? 20_000 : 400));
      pace = pace.after(now, perMinute);
      var released = pace.whole();
      pace = pace.minus(released);
      total += released;
      sent.add(new long[] {now.toEpochMilli(), released});
      lastMinute += released;
      while (sent.getFirst()[0] <= now.toEpochMilli() - 60_000) {
        lastMinute -= sent.removeFirst()[1];
      }
      assertTrue(lastMinute <= perMinute * 65L / 60 + 1, lastMinute + " in a minute");
    }
    assertTrue(total > 0);
  }

  /** Asked often, it gives all of the rate. */
  @Test
  void anHourHasItsRate() {
    var pace = Pace.fresh(T0);
    var total = 0;
    for (var now = T0; now.isBefore(T0.plus(Duration.ofHours(1))); now = now.plusMillis(200)) {
      pace = pace.after(now, 1_000);
      total += pace.whole();
      pace = pace.minus(pace.whole());
    }
    assertEquals(60_000, total, 10);
  }

  @Test
  void aRateIsTheSameForAll() {
    assertEquals(100, new Rate(100, Optional.empty()).perMinuteAfter(1_000_000, 3));
  }

  @Test
  void aRampGrowsUntilTheMost() {
    var rate = new Rate(1_000, Optional.of(new Rate.Ramp(10, 2, 50, Rate.Counted.RELEASED)));
    assertEquals(10, rate.perMinuteAfter(0, 0));
    assertEquals(10, rate.perMinuteAfter(49, 49));
    assertEquals(20, rate.perMinuteAfter(50, 0));
    assertEquals(40, rate.perMinuteAfter(100, 0));
    assertEquals(640, rate.perMinuteAfter(300, 0));
    assertEquals(1_000, rate.perMinuteAfter(350, 0));
    assertEquals(1_000, rate.perMinuteAfter(1_000_000_000_000L, 0));
  }

  @Test
  void aRampMayWaitForSuccess() {
    var rate = new Rate(1_000, Optional.of(new Rate.Ramp(10, 1.5, 50, Rate.Counted.DONE)));
    assertEquals(10, rate.perMinuteAfter(1_000, 49));
    assertEquals(15, rate.perMinuteAfter(1_000, 50));
  }
}
