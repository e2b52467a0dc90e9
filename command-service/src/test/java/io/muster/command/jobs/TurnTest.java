package io.muster.command.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.TenantId;
import io.muster.windows.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TurnTest {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  private static final TargetsBody LAB = new TargetsBody(null, null, "tag==lab");
  private static final MaintenanceBody NIGHT =
      new MaintenanceBody("0 2 * * *", Duration.ofHours(2), "Europe/Berlin");
  private static final Instant OPENS = Instant.parse("2026-01-06T01:00:00Z");
  private static final int BATCH = 1_000;
  private static final long ROOM = 100_000;

  @Test
  void waitsForItsStart() {
    var start = T0.plusSeconds(60);
    var job = job(JobState.SCHEDULED, plan(null, null, null, start, false));
    var turn = turn(job, Counts.NONE, T0);
    assertEquals(JobState.SCHEDULED, turn.state());
    assertEquals("start", turn.waitsFor());
    assertEquals(start, turn.dueAt());
    assertEquals(JobState.RUNNING, turn(job, Counts.NONE, start).state());
  }

  @Test
  void withoutARateAsManyAsABatchHoldsHaveTheirTurn() {
    var turn = turn(running(plan(null, null, null, null, false)), pending(2_500), T0);
    assertEquals(BATCH, turn.release());
    assertEquals(T0, turn.dueAt());
    assertNull(turn.waitsFor());
  }

  @Test
  void atARateTheRestWaits() {
    var job = running(plan(new RateBody(60, null), null, null, null, false));
    var turn = turn(job, pending(10), T0);
    assertEquals(1, turn.release());
    assertEquals("rate", turn.waitsFor());
    assertEquals(T0.plusSeconds(1), turn.dueAt());
  }

  @Test
  void whileDevicesAreLookedForThoseThatWereFoundHaveTheirTurn() {
    var job = looking(plan(null, null, null, null, false));
    var turn = turn(job, pending(10), T0);
    assertEquals(10, turn.release());
    assertEquals(T0, turn.dueAt());
    assertEquals(JobState.RUNNING, turn(job, Counts.NONE, T0).state());
  }

  @Test
  void aTenantWithoutRoomWaits() {
    var job = running(plan(null, null, null, null, false));
    var turn = Turn.of(job, pending(10), 3, BATCH, T0);
    assertEquals(3, turn.release());
    assertEquals("room", turn.waitsFor());
    assertEquals(T0.plusSeconds(1), turn.dueAt());
    assertEquals(0, Turn.of(job, pending(10), -5, BATCH, T0).release());
  }

  @Test
  void devicesWhoseQueuesAreFullAreAskedLater() {
    var job = running(plan(null, null, null, null, false));
    var turn = turn(job, pending(2_500), T0).released(7, T0);
    assertEquals(7, turn.release());
    assertEquals(T0.plusSeconds(1), turn.dueAt());
    assertEquals("room", turn.waitsFor());
  }

  @Test
  void outsideOfItsWindowNobodyHasATurn() {
    var job = running(plan(null, null, NIGHT, null, false));
    var turn = turn(job, pending(10), T0);
    assertEquals(0, turn.release());
    assertEquals("window", turn.waitsFor());
    assertEquals(OPENS, turn.dueAt());
    assertEquals(10, turn(job, pending(10), OPENS).release());
    assertEquals(0, turn(job, pending(10), OPENS.plus(Duration.ofHours(2))).release());
  }

  /**
   * 2:00 is left out in spring and comes twice in autumn: the night has one window all the same.
   */
  @ParameterizedTest
  @CsvSource({
    "2026-03-29T00:00:00Z, 2026-03-29T01:00:00Z, 2026-03-30T00:00:00Z",
    "2026-10-24T22:00:00Z, 2026-10-25T00:00:00Z, 2026-10-26T01:00:00Z"
  })
  void whenTheClocksChangeItsWindowIsAsLongAsEver(Instant before, Instant opens, Instant next) {
    var job = running(plan(null, null, NIGHT, null, false));
    assertEquals(0, turn(job, pending(10), before).release());
    assertEquals(opens, turn(job, pending(10), before).dueAt());
    var closes = opens.plus(Duration.ofHours(2));
    assertEquals(10, turn(job, pending(10), opens).release());
    assertEquals(10, turn(job, pending(10), closes.minusSeconds(1)).release());
    assertEquals(closes, Turn.expiry(job, closes.minusSeconds(1)));
    assertEquals(0, turn(job, pending(10), closes).release());
    assertEquals(next, turn(job, pending(10), closes).dueAt());
  }

  @Test
  void outsideOfItsWindowAnswersAreLookedAtAllTheSame() {
    var job = running(plan(null, new AbortBody(0.5, 2), NIGHT, null, false));
    var turn = turn(job, counts(Map.of("pending", 1L, "sent", 1L), 1, 0, 0), T0);
    assertEquals(T0.plusSeconds(1), turn.dueAt());
    var failed = counts(Map.of("pending", 1L, "failed", 2L), 0, 0, 0);
    assertEquals(JobState.ABORTED, turn(job, failed, T0).state());
  }

  @Test
  void aCommandMayBeSentUntilItsWindowCloses() {
    var job = running(plan(null, null, NIGHT, null, false));
    assertEquals(OPENS.plus(Duration.ofHours(2)), Turn.expiry(job, OPENS.plusSeconds(60)));
    var any = running(plan(null, null, null, null, false));
    assertEquals(T0.plus(Duration.ofDays(1)), Turn.expiry(any, T0));
  }

  @Test
  void isAbortedWhenTooManyFail() {
    var job = running(plan(null, new AbortBody(0.2, 10), null, null, false));
    assertEquals(JobState.RUNNING, turn(job, ended(7, 2), T0).state());
    assertEquals(JobState.RUNNING, turn(job, ended(9, 1), T0).state());
    var turn = turn(job, ended(8, 2), T0);
    assertEquals(JobState.ABORTED, turn.state());
    assertEquals("failures", turn.reason());
    assertEquals(0, turn.release());
  }

  @Test
  void whoWasNotThereIsNoFailure() {
    var job = running(plan(null, new AbortBody(0.1, 1), null, null, false));
    var absent = counts(Map.of("pending", 5L, "expired", 100L, "succeeded", 1L), 0, 1, 0);
    assertEquals(JobState.RUNNING, turn(job, absent, T0).state());
  }

  @Test
  void silenceAndRefusalAreFailures() {
    var job = running(plan(null, new AbortBody(1.0, 3), null, null, false));
    var failed = Map.of("pending", 5L, "timed-out", 1L, "rejected", 1L, "failed", 1L);
    assertEquals(JobState.ABORTED, turn(job, counts(failed, 0, 0, 0), T0).state());
  }

  @Test
  void isCompleteWhenEachCommandHasEnded() {
    var job = running(plan(null, null, null, null, false));
    var open = counts(Map.of("succeeded", 9L, "delivered", 1L), 1, 9, 0);
    assertEquals(JobState.RUNNING, turn(job, open, T0).state());
    assertTrue(turn(job, open, T0).dueAt().isAfter(T0));
    var turn = turn(job, counts(Map.of("succeeded", 9L, "failed", 1L), 0, 9, 0), T0);
    assertEquals(JobState.COMPLETED, turn.state());
    assertNull(turn.dueAt());
    assertEquals(JobState.COMPLETED, turn(job, Counts.NONE, T0).state());
  }

  @Test
  void isNotCompleteWhileSomebodyHasAnotherTurnInTheNextWindow() {
    var job = running(plan(null, null, NIGHT, null, false));
    var turn = turn(job, counts(Map.of("succeeded", 9L, "expired", 1L), 0, 9, 1), T0);
    assertEquals(JobState.RUNNING, turn.state());
    assertEquals(OPENS, turn.dueAt());
  }

  @Test
  void isCompleteWithoutWindowsThoughAClockElsewhereWasAhead() {
    var job = running(plan(null, null, null, null, false));
    var turn = turn(job, counts(Map.of("expired", 1L), 0, 0, 1), T0);
    assertEquals(JobState.COMPLETED, turn.state());
  }

  @Test
  void isLookedAtWhenNobodyReturnsAnyMoreThoughItsWindowOpensLater() {
    var sundays = new MaintenanceBody("0 2 * * SUN", Duration.ofHours(2), "Europe/Berlin");
    var job = running(plan(null, null, sundays, null, false));
    var returning = counts(Map.of("succeeded", 9L, "expired", 1L), 0, 9, 1);
    assertEquals(T0.plus(Duration.ofDays(1)), turn(job, returning, T0).dueAt());
    var nobody = counts(Map.of("succeeded", 9L, "expired", 1L), 0, 9, 0);
    assertEquals(JobState.COMPLETED, turn(job, nobody, T0.plus(Duration.ofDays(1))).state());
  }

  @Test
  void aContinuousOneIsNeverComplete() {
    var job = running(plan(null, null, null, null, true));
    var turn = turn(job, counts(Map.of("succeeded", 9L), 0, 9, 0), T0);
    assertEquals(JobState.RUNNING, turn.state());
    assertNull(turn.dueAt());
  }

  @Test
  void whatIsOpenForLongIsLookedAtLessOften() {
    var job = running(plan(null, null, null, null, false));
    var open = counts(Map.of("queued", 1L), 1, 0, 0);
    assertEquals(T0.plusSeconds(1), turn(job, open, T0).dueAt());
    var later = T0.plusSeconds(50);
    assertEquals(later.plusSeconds(5), turn(job, open, later).dueAt());
    var muchLater = T0.plus(Duration.ofDays(1));
    assertEquals(muchLater.plusSeconds(15), turn(job, open, muchLater).dueAt());
  }

  @ParameterizedTest
  @EnumSource(
      value = JobState.class,
      names = {"PAUSED", "COMPLETED", "ABORTED", "CANCELLED"})
  void whatStandsStillReleasesNothing(JobState state) {
    var turn = turn(job(state, plan(null, null, null, null, false)), pending(10), T0);
    assertEquals(state, turn.state());
    assertEquals(0, turn.release());
    assertNull(turn.dueAt());
  }

  /** In whatever order devices end: each has its turn once, and the job its end. */
  @ParameterizedTest
  @EnumSource
  void tenThousandDevicesAllHaveTheirTurn(Speed speed) {
    var job = running(plan(speed.rate, null, speed.window, null, false));
    var now = OPENS;
    var pending = 10_000L;
    var open = 0L;
    var done = 0L;
    var turns = 0;
    while (job.state() == JobState.RUNNING) {
      var counts = counts(Map.of("pending", pending, "succeeded", done), open, done, 0);
      var turn = turn(job, counts, now);
      assertTrue(turn.release() <= pending);
      pending -= turn.release();
      done += open;
      open = turn.release();
      job =
          job.after(
              turn.state(),
              turn.release(),
              speed.rate == null ? turn.pace() : turn.pace().minus(turn.release()),
              now);
      if (turn.dueAt() != null) {
        now = turn.dueAt().isAfter(now) ? turn.dueAt() : now;
      }
      turns++;
      assertTrue(turns < 100_000, "no end: " + turn);
    }
    assertEquals(JobState.COMPLETED, job.state());
    assertEquals(0, pending);
    assertEquals(10_000, done);
    assertEquals(10_000, job.released());
    assertTrue(speed.rate == null || now.isAfter(OPENS.plus(speed.atLeast)), now.toString());
  }

  /** How fast a job may go. */
  enum Speed {
    FREELY(null, null, Duration.ZERO),
    STEADILY(new RateBody(1_000, null), null, Duration.ofMinutes(9)),
    RAMPED(
        new RateBody(5_000, new RateBody.RampBody(100, 2.0, 500, "released")),
        null,
        Duration.ofMinutes(8)),
    AT_NIGHT(
        new RateBody(3_000, null),
        new MaintenanceBody("0 2 * * *", Duration.ofMinutes(1), "Europe/Berlin"),
        Duration.ofDays(3));

    private final RateBody rate;
    private final MaintenanceBody window;
    private final Duration atLeast;

    Speed(RateBody rate, MaintenanceBody window, Duration atLeast) {
      this.rate = rate;
      this.window = window;
      this.atLeast = atLeast;
    }
  }

  private static Turn turn(Job job, Counts counts, Instant now) {
    return Turn.of(job, counts, ROOM, BATCH, now);
  }

  private static Counts pending(long devices) {
    return counts(Map.of("pending", devices), 0, 0, 0);
  }

  private static Counts ended(long succeeded, long failed) {
    return counts(Map.of("pending", 5L, "succeeded", succeeded, "failed", failed), 0, succeeded, 0);
  }

  private static Counts counts(Map<String, Long> byState, long open, long done, long returning) {
    return new Counts(new HashMap<>(byState), open, done, returning);
  }

  private static Plan plan(
      RateBody rate, AbortBody abort, MaintenanceBody window, Instant start, boolean continuous) {
    return Plan.of(new PlanBody(LAB, continuous, rate, abort, window, start));
  }

  private static Job running(Plan plan) {
    return job(JobState.RUNNING, plan);
  }

  private static Job looking(Plan plan) {
    var job = running(plan);
    return new Job(
        job.key(),
        job.id(),
        job.tenant(),
        plan,
        job.timeToLive(),
        job.state(),
        "d7",
        null,
        0,
        T0,
        job.pace(),
        false,
        false);
  }

  private static Job job(JobState state, Plan plan) {
    return new Job(
        1,
        new UUID(0, 1),
        new TenantId("acme"),
        plan,
        Duration.ofDays(1),
        state,
        null,
        null,
        0,
        T0,
        Pace.fresh(T0),
        false,
        false);
  }
}
