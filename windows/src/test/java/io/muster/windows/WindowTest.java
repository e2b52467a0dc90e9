package io.muster.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WindowTest {
  private static final Window NIGHT = window("0 2 * * *", "PT2H");

  @Test
  void isOpenFromItsTimeUntilItsEnd() {
    closed(NIGHT, "2026-01-05T00:59:59.999Z");
    open(NIGHT, "2026-01-05T01:00:00Z", "2026-01-05T03:00:00Z");
    open(NIGHT, "2026-01-05T02:59:59.999Z", "2026-01-05T03:00:00Z");
    closed(NIGHT, "2026-01-05T03:00:00Z");
  }

  @Test
  void opensAtTheNextTime() {
    assertEquals(
        Optional.of(Instant.parse("2026-01-05T01:00:00Z")),
        NIGHT.nextOpening(Instant.parse("2026-01-04T03:00:00Z")));
  }

  /** 2:00 does not exist on that day: it opens at 3:00, and is open for two hours. */
  @Test
  void inSpringItOpensAtTheChangeAndIsAsLongAsEver() {
    closed(NIGHT, "2026-03-29T00:59:59Z");
    open(NIGHT, "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z");
    open(NIGHT, "2026-03-29T02:59:59Z", "2026-03-29T03:00:00Z");
    closed(NIGHT, "2026-03-29T03:00:00Z");
  }

  /** 2:00 comes twice on that day: it opens at the first, and is open for two hours. */
  @Test
  void inAutumnItOpensOnceAndIsAsLongAsEver() {
    closed(NIGHT, "2026-10-24T23:59:59Z");
    open(NIGHT, "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z");
    open(NIGHT, "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z");
    closed(NIGHT, "2026-10-25T02:00:00Z");
    assertEquals(
        Optional.of(Instant.parse("2026-10-26T01:00:00Z")),
        NIGHT.nextOpening(Instant.parse("2026-10-25T00:30:00Z")));
  }

  @Test
  void aWindowAcrossAChangeIsAsLongAsEver() {
    var evening = window("0 22 * * SAT", "PT8H");
    open(evening, "2026-03-29T02:00:00Z", "2026-03-29T05:00:00Z");
    closed(evening, "2026-03-29T05:00:00Z");
    open(evening, "2026-10-25T03:59:59Z", "2026-10-25T04:00:00Z");
    closed(evening, "2026-10-25T04:00:00Z");
  }

  @Test
  void ofSeveralThatAreOpenTheLastClosesLast() {
    var often = window("*/10 * * * *", "PT25M");
    open(often, "2026-01-05T10:09:00Z", "2026-01-05T10:25:00Z");
    open(often, "2026-01-05T10:10:00Z", "2026-01-05T10:35:00Z");
  }

  @Test
  void aWeekOfMinutesIsOpenAtOnce() {
    open(window("* * * * *", "P7D"), "2026-01-05T10:09:30Z", "2026-01-12T10:09:00Z");
  }

  private static void open(Window window, String now, String until) {
    assertEquals(Optional.of(Instant.parse(until)), window.openUntil(Instant.parse(now)), now);
  }

  private static void closed(Window window, String now) {
    assertEquals(Optional.empty(), window.openUntil(Instant.parse(now)), now);
  }

  private static Window window(String cron, String duration) {
    return new Window(CronTime.of(cron, "Europe/Berlin"), Duration.parse(duration));
  }
}
