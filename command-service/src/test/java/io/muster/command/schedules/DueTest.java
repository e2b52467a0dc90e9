package io.muster.command.schedules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.windows.CronTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In Berlin the clock goes from 2:00 to 3:00 on 29 March 2026, from 3:00 to 2:00 on 25 October. */
class DueTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void whatIsInTimeFiresAndNothingIsMissed() {
    var due = due("0 10 * * *", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00.2Z", HOUR);
    assertEquals(at("2026-01-05T10:00:00Z"), due.fires());
    assertEquals(Optional.empty(), due.missed());
    assertEquals(at("2026-01-06T10:00:00Z"), due.next());
  }

  @Test
  void itFiresAtTheVeryMoment() {
    var due = due("0 10 * * *", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z", HOUR);
    assertEquals(at("2026-01-05T10:00:00Z"), due.fires());
    assertEquals(at("2026-01-06T10:00:00Z"), due.next());
  }

  @Test
  void whatIsLateWithinTheBoundIsMadeUpFor() {
    var due = due("0 10 * * *", "2026-01-05T10:00:00Z", "2026-01-05T11:00:00Z", HOUR);
    assertEquals(at("2026-01-05T10:00:00Z"), due.fires());
    assertEquals(Optional.empty(), due.missed());
  }

  @Test
  void whatIsTooLateIsMissed() {
    var due = due("0 10 * * *", "2026-01-05T10:00:00Z", "2026-01-05T11:00:01Z", HOUR);
    assertEquals(Optional.empty(), due.fires());
    assertEquals(at("2026-01-05T10:00:00Z"), due.missed());
    assertEquals(at("2026-01-06T10:00:00Z"), due.next());
  }

  @Test
  void ofManyTheLastAloneIsMadeUpFor() {
    var due = due("*/5 * * * *", "2026-01-05T10:00:00Z", "2026-01-07T12:03:00Z", HOUR);
    assertEquals(at("2026-01-07T12:00:00Z"), due.fires());
    assertEquals(at("2026-01-05T10:00:00Z"), due.missed());
    assertEquals(at("2026-01-07T12:05:00Z"), due.next());
  }

  @Test
  void anEndIsKept() {
    var timing =
        new Timing.Repeated(CronTime.of("0 * * * *", "UTC"), Instant.parse("2026-01-05T12:00:00Z"));
    var last = Due.of(timing, time("2026-01-05T12:00:00Z"), time("2026-01-05T12:00:01Z"), HOUR);
    assertEquals(at("2026-01-05T12:00:00Z"), last.fires());
    assertEquals(Optional.empty(), last.next());
    assertEquals(Optional.empty(), timing.after(time("2026-01-05T12:00:00Z")));
  }

  @Test
  void onceIsOnce() {
    var timing = new Timing.Once(time("2026-01-05T12:00:00.123456Z"));
    var inTime = Due.of(timing, timing.at(), timing.at(), HOUR);
    assertEquals(Optional.of(timing.at()), inTime.fires());
    assertEquals(Optional.empty(), inTime.next());
    var late = Due.of(timing, timing.at(), timing.at().plus(HOUR).plusNanos(1_000), HOUR);
    assertEquals(Optional.empty(), late.fires());
    assertEquals(Optional.of(timing.at()), late.missed());
    assertEquals(Optional.empty(), late.next());
  }

  /** A clock that is looked at each minute sees each time once, on the days of a change as well. */
  @ParameterizedTest
  @CsvSource({
    "30 2 * * *, 2026-03-28T00:00:00Z, 2026-03-28T01:30:00Z 2026-03-29T01:00:00Z"
        + " 2026-03-30T00:30:00Z",
    "30 2 * * *, 2026-10-24T00:00:00Z, 2026-10-24T00:30:00Z 2026-10-25T00:30:00Z"
        + " 2026-10-26T01:30:00Z",
    "0 3 * * *, 2026-03-28T00:00:00Z, 2026-03-28T02:00:00Z 2026-03-29T01:00:00Z"
        + " 2026-03-30T01:00:00Z",
    "0 4 * * *, 2026-10-24T00:00:00Z, 2026-10-24T02:00:00Z 2026-10-25T03:00:00Z"
        + " 2026-10-26T03:00:00Z"
  })
  void eachDayHasOneTimeThroughBothChanges(String cron, String from, String expected) {
    var timing = berlin(cron);
    List<String> fired = new ArrayList<>();
    var next = timing.after(time(from)).orElseThrow();
    for (var now = time(from);
        now.isBefore(time(from).plus(Duration.ofDays(3)));
        now = now.plusSeconds(60)) {
      if (!next.isAfter(now)) {
        var due = Due.of(timing, next, now, HOUR);
        assertEquals(Optional.empty(), due.missed());
        fired.add(due.fires().orElseThrow().toString());
        next = due.next().orElseThrow();
      }
    }
    assertEquals(List.of(expected.split(" ")), fired);
  }

  @Test
  void everyQuarterHourGoesOnThroughTheHourThatIsRepeated() {
    var timing = berlin("*/15 * * * *");
    var due = Due.of(timing, time("2026-10-25T00:00:00Z"), time("2026-10-25T01:14:00Z"), HOUR);
    assertEquals(at("2026-10-25T01:00:00Z"), due.fires());
    assertEquals(at("2026-10-25T01:15:00Z"), due.next());
  }

  @Test
  void aServiceThatWasAwayAtTheChangeMakesUpForItOnce() {
    var spring =
        Due.of(
            berlin("30 2 * * *"), time("2026-03-29T01:00:00Z"), time("2026-03-29T01:40:00Z"), HOUR);
    assertEquals(at("2026-03-29T01:00:00Z"), spring.fires());
    assertEquals(at("2026-03-30T00:30:00Z"), spring.next());
    // Away from before the first 2:30 until the second: it came true at the first.
    var autumn =
        Due.of(
            berlin("30 2 * * *"), time("2026-10-25T00:30:00Z"), time("2026-10-25T01:30:00Z"), HOUR);
    assertEquals(at("2026-10-25T00:30:00Z"), autumn.fires());
    assertEquals(at("2026-10-26T01:30:00Z"), autumn.next());
  }

  /** The short way finds what walking through all times finds. */
  @Test
  void theLastTimeIsTheLastOfAll() {
    var random = new Random(5);
    for (var cron : List.of("* * * * *", "*/7 1,13 * * *", "0 0 1 * *", "30 2 * * SUN")) {
      var timing = berlin(cron);
      for (var i = 0; i < 50; i++) {
        var from = time("2026-03-20T00:00:00Z").plusSeconds(random.nextInt(86_400 * 20));
        var to = from.plusSeconds(random.nextInt(86_400 * 2));
        Optional<Instant> last = Optional.empty();
        var next = timing.after(from.minusNanos(1));
        while (next.isPresent() && !next.get().isAfter(to)) {
          last = next;
          next = timing.after(next.get());
        }
        assertEquals(last, timing.last(from, to), cron + " " + from + " " + to);
      }
    }
  }

  @Test
  void aTimeThatFiresIsNeverInTheFutureAndNextAlwaysIs() {
    var random = new Random(6);
    for (var i = 0; i < 500; i++) {
      var timing = berlin(i % 2 == 0 ? "*/10 * * * *" : "15 2 * * *");
      var next =
          timing
              .after(time("2026-10-20T00:00:00Z").plusSeconds(random.nextInt(86_400 * 10)))
              .orElseThrow();
      var now = next.plusSeconds(random.nextInt(86_400 * 3));
      var due = Due.of(timing, next, now, Duration.ofMinutes(1 + random.nextInt(1_440)));
      due.fires().ifPresent(it -> assertTrue(!it.isAfter(now) && !it.isBefore(next)));
      assertTrue(due.next().orElseThrow().isAfter(now));
      assertTrue(due.fires().isPresent() || due.missed().isPresent());
    }
  }

  private static Due due(String cron, String nextAt, String now, Duration catchUp) {
    return Due.of(
        new Timing.Repeated(CronTime.of(cron, "UTC"), null), time(nextAt), time(now), catchUp);
  }

  private static Timing berlin(String cron) {
    return new Timing.Repeated(CronTime.of(cron, "Europe/Berlin"), null);
  }

  private static Optional<Instant> at(String text) {
    return Optional.of(time(text));
  }

  private static Instant time(String text) {
    return Instant.parse(text);
  }
}
