package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.windows.CronTime;
import io.muster.windows.Rate;
import io.muster.windows.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ForecastTest {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  private static final Duration UPDATE = Duration.ofMinutes(10);

  private Optional<Rate> rate = Optional.empty();
  private OptionalInt atOnce = OptionalInt.empty();
  private Optional<Window> window = Optional.empty();

  @Test
  void withoutLimitsEachGroupTakesAnUpdate() {
    assertEnds(Duration.ofMinutes(30), 5, 100, 1_000);
    assertEnds(Duration.ofMinutes(10), 0, 7, 0);
    assertEnds(Duration.ZERO);
  }

  @Test
  void aRateStretchesIt() {
    rate = Optional.of(new Rate(10, Optional.empty()));
    assertEnds(Duration.ofMinutes(10).plus(UPDATE).minusSeconds(6), 100);
  }

  @Test
  void aRampBeginsSlowly() {
    rate = Optional.of(new Rate(100, Optional.of(new Rate.Ramp(1, 10, 10, Rate.Counted.RELEASED))));
    // 10 at 1, 10 at 10, 80 at 100; the first goes at once.
    assertEnds(Duration.ofSeconds(600 + 60 + 48 - 60).plus(UPDATE), 100);
  }

  @Test
  void roomForFewStretchesIt() {
    atOnce = OptionalInt.of(10);
    // 10 in 10 minutes, one after another.
    assertEnds(Duration.ofMinutes(99).plus(UPDATE), 100);
  }

  @Test
  void onlyTheTimeInWhichItsWindowIsOpenCounts() {
    window = Optional.of(new Window(CronTime.of("0 2 * * *", "UTC"), Duration.ofHours(1)));
    rate = Optional.of(new Rate(1, Optional.empty()));
    // 89 minutes of giving: 60 on the 6th, 29 on the 7th.
    assertEquals(
        Optional.of(Instant.parse("2026-01-07T02:39:00Z")),
        Forecast.end(plan(), List.of(90L), 0, UPDATE, T0));
    assertEquals(
        Optional.of(Instant.parse("2026-01-06T02:10:00Z")),
        Forecast.end(plan(), List.of(1L), 0, UPDATE, T0));
  }

  /** On 2026-03-29 the window of 2:30 opens at 3:00 on the wall, for as long as ever. */
  @Test
  void aChangeOfTheClockMakesNoWindowShorter() {
    window =
        Optional.of(new Window(CronTime.of("30 2 * * *", "Europe/Berlin"), Duration.ofHours(1)));
    assertEquals(
        Optional.of(Instant.parse("2026-03-29T01:59:00Z")),
        Forecast.open(window, Instant.parse("2026-03-28T12:00:00Z"), Duration.ofMinutes(59)));
    assertEquals(
        Optional.of(Instant.parse("2026-10-25T01:29:00Z")),
        Forecast.open(window, Instant.parse("2026-10-24T12:00:00Z"), Duration.ofMinutes(59)));
  }

  @Test
  void whatTakesTooLongHasNoEnd() {
    rate = Optional.of(new Rate(1, Optional.empty()));
    window = Optional.of(new Window(CronTime.of("0 2 29 2 *", "UTC"), Duration.ofMinutes(1)));
    assertTrue(Forecast.end(plan(), List.of(1_000_000L), 0, UPDATE, T0).isEmpty());
    window = Optional.empty();
    rate = Optional.of(new Rate(1, Optional.of(new Rate.Ramp(1, 1.000001, 1, Rate.Counted.DONE))));
    assertTrue(Forecast.end(plan(), List.of(10_000_000L), 0, UPDATE, T0).isEmpty());
  }

  private void assertEnds(Duration after, long... groups) {
    var sizes = java.util.Arrays.stream(groups).boxed().toList();
    var end = Forecast.end(plan(), sizes, 0, UPDATE, T0).orElseThrow();
    var error = Duration.between(T0.plus(after), end).abs();
    assertTrue(
        error.compareTo(Duration.ofMillis(10)) < 0,
        () -> after + " and not " + Duration.between(T0, end));
  }

  private Plan plan() {
    return new Plan(
        new Targets.Fitting("tag==lab"),
        false,
        List.of(new GroupPlan("all", new GroupPlan.Size.Rest(), 0.9, 0.1)),
        rate,
        atOnce,
        RetryRule.NONE,
        Optional.empty(),
        window,
        Optional.empty(),
        false,
        true);
  }
}
