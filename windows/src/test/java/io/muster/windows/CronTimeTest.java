package io.muster.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In Berlin the clock goes from 2:00 to 3:00 on 29 March 2026, from 3:00 to 2:00 on 25 October. */
class CronTimeTest {
  private static final String BERLIN = "Europe/Berlin";

  @Test
  void comesTrueAtTheWallClocksTime() {
    assertEquals(
        List.of("2026-01-05T01:30:00Z", "2026-01-06T01:30:00Z"),
        times("30 2 * * *", BERLIN, "2026-01-05T00:00:00Z", 2));
    assertEquals(
        List.of("2026-07-06T00:30:00Z"), times("30 2 * * *", BERLIN, "2026-07-06T00:00:00Z", 1));
  }

  @Test
  void isStrictlyAfter() {
    assertEquals(
        List.of("2026-01-06T01:30:00Z"), times("30 2 * * *", BERLIN, "2026-01-05T01:30:00Z", 1));
  }

  @Test
  void whatIsLeftOutInSpringComesAtTheChangeOnce() {
    assertEquals(
        List.of("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
        times("30 2 * * *", BERLIN, "2026-03-28T00:00:00Z", 3));
  }

  @Test
  void manyThatAreLeftOutComeOnceTogether() {
    assertEquals(
        List.of("2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29T02:10:00Z"),
        times("*/10 2,4 * * *", BERLIN, "2026-03-29T00:00:00Z", 3));
  }

  @Test
  void whatComesAtTheChangeItselfComesOnce() {
    assertEquals(
        List.of("2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"),
        times("0 3 * * *", BERLIN, "2026-03-29T00:00:00Z", 2));
  }

  @Test
  void whatIsRepeatedInAutumnComesAtTheFirst() {
    assertEquals(
        List.of("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
        times("30 2 * * *", BERLIN, "2026-10-24T00:00:00Z", 3));
  }

  @Test
  void withinTheRepeatedHourNothingComesASecondTime() {
    // 2:10, the second time.
    assertEquals(
        List.of("2026-10-26T01:30:00Z"), times("30 2 * * *", BERLIN, "2026-10-25T01:10:00Z", 1));
  }

  @Test
  void everyHourGoesOnThroughBothChanges() {
    assertEquals(
        List.of(
            "2026-10-25T00:00:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T02:00:00Z",
            "2026-10-25T03:00:00Z"),
        times("0 * * * *", BERLIN, "2026-10-24T23:30:00Z", 4));
    assertEquals(
        List.of("2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"),
        times("0 * * * *", BERLIN, "2026-03-28T23:30:00Z", 3));
  }

  @Test
  void everyFewMinutesHasNoHoleAndNothingTwice() {
    for (var day : List.of("2026-03-28T22:00:00Z", "2026-10-24T22:00:00Z")) {
      var time = CronTime.of("*/5 * * * *", BERLIN);
      var at = time.after(Instant.parse(day)).orElseThrow();
      for (var i = 0; i < 100; i++) {
        var next = time.after(at).orElseThrow();
        assertEquals(Duration.ofMinutes(5), Duration.between(at, next), at.toString());
        at = next;
      }
    }
  }

  @Test
  void halfHoursOfOtherZonesAreNoSurprise() {
    // Lord Howe Island puts its clock forward by half an hour, from 2:00 to 2:30 on 4 October 2026.
    assertEquals(
        List.of("2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"),
        times("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", 2));
  }

  @Test
  void zonesWithoutChangesAreSimple() {
    assertEquals(
        List.of("2026-03-29T02:30:00Z", "2026-03-30T02:30:00Z"),
        times("30 2 * * *", "UTC", "2026-03-29T00:00:00Z", 2));
    assertEquals(
        List.of("2026-03-28T21:00:00Z"), times("30 2 * * *", "+05:30", "2026-03-28T20:00:00Z", 1));
  }

  @ParameterizedTest
  @CsvSource({
    "0 4 * * SAT, 2026-11-28T03:00:00Z",
    "0 4 * * 6, 2026-11-28T03:00:00Z",
    "0 4 1 * *, 2026-12-01T03:00:00Z",
    "0 0 29 2 *, 2028-02-28T23:00:00Z",
    "'0 0 13 * 5', 2026-11-26T23:00:00Z",
    "0 12 * JAN *, 2027-01-01T11:00:00Z",
    "'15,45 8-9 * * MON-FRI', 2026-11-26T07:15:00Z"
  })
  void understandsWhatIsUsual(String cron, String next) {
    assertEquals(List.of(next), times(cron, BERLIN, "2026-11-25T23:00:00Z", 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 9",
        "x * * * *",
        "*/0 * * * *",
        "@daily",
        "0 0 30 2 *",
        "0 0 31 4,6,9,11 *"
      })
  void whatIsNoneIsRefused(String cron) {
    var refused = assertThrows(IllegalArgumentException.class, () -> CronTime.of(cron, BERLIN));
    assertFalse(refused.getMessage().isBlank());
    assertFalse(refused.getMessage().contains("%"), refused.getMessage());
  }

  @Test
  void anExpressionWithoutEndIsRefused() {
    var endless = "1" + ",1".repeat(100) + " * * * *";
    assertThrows(IllegalArgumentException.class, () -> CronTime.of(endless, BERLIN));
    assertThrows(IllegalArgumentException.class, () -> CronTime.of("* * * * *", "Mars/Olympus"));
  }

  /** Against looking at each minute of a year. */
  @Test
  void isWhatLookingAtEachMinuteGives() {
    var random = RandomGenerator.of("L64X128MixRandom");
    for (var round = 0; round < 60; round++) {
      var minute = random.nextInt(60);
      var hour = random.nextInt(24);
      var zone =
          ZoneId.of(
              List.of(BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
                  .get(random.nextInt(5)));
      var time = CronTime.of(minute + " " + hour + " * * *", zone);
      var from =
          LocalDateTime.of(2026, 1, 1, 0, 0)
              .plusMinutes(random.nextInt(525_600))
              .toInstant(ZoneOffset.UTC);
      var next = time.after(from).orElseThrow();
      assertTrue(next.isAfter(from));
      assertEquals(lookedAt(minute, hour, zone, from), next, time + " after " + from);
    }
  }

  private static Instant lookedAt(int minute, int hour, ZoneId zone, Instant from) {
    var seen = new ArrayList<LocalDateTime>();
    // Before it, since what comes a second time must be known as such.
    for (var at = from.minus(Duration.ofHours(3)); ; at = at.plus(Duration.ofMinutes(1))) {
      var local = LocalDateTime.ofInstant(at, zone);
      var before = LocalDateTime.ofInstant(at.minusSeconds(60), zone);
      var due = local.toLocalDate().atTime(hour, minute);
      var isLeftOut = due.isAfter(before) && due.isBefore(local);
      var isNow = due.equals(local) && !seen.contains(local);
      if (due.equals(local)) {
        seen.add(local);
      }
      if ((isLeftOut || isNow) && at.isAfter(from)) {
        return at;
      }
    }
  }

  private static List<String> times(String cron, String zone, String after, int count) {
    var time = CronTime.of(cron, zone);
    List<String> times = new ArrayList<>();
    var at = Instant.parse(after);
    for (var i = 0; i < count; i++) {
      at = time.after(at).orElseThrow();
      times.add(at.toString());
    }
    return times;
  }
}
