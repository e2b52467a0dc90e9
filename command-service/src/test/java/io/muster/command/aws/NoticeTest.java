package io.muster.command.aws;

import static io.muster.command.aws.PendingJobsTest.begun;
import static io.muster.command.aws.PendingJobsTest.waiting;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.aws.Notice.Told;
import io.muster.command.aws.PendingJobs.Item;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The series of examples in AWS' developer guide (Jobs notifications), and repetitions. */
class NoticeTest {
  private static final Instant T0 = PendingJobsTest.T0;
  private static final Told NOTHING = told(null);

  @Test
  void theFirstJobIsToldInTheListAndAsTheNext() {
    assertTold(true, true, NOTHING, waiting(1));
  }

  @Test
  void anotherBehindItIsToldInTheListAlone() {
    assertTold(true, false, told(1L, 1L), waiting(1), waiting(2));
  }

  @Test
  void thatTheNextBeginsIsNotTold() {
    assertTold(false, false, told(1L, 1L, 2L), begun(1), waiting(2));
  }

  @Test
  void thatItEndsIsToldInBoth() {
    assertTold(true, true, told(1L, 1L, 2L, 3L), waiting(2), waiting(3));
  }

  @Test
  void oneThatBeginsOutOfItsTurnIsTheNext() {
    assertTold(false, true, told(2L, 2L, 3L), begun(3), waiting(2));
  }

  @Test
  void oneBehindTheNextThatEndsIsToldInTheListAlone() {
    assertTold(true, false, told(3L, 3L, 2L), begun(3));
  }

  @Test
  void thatNothingIsLeftIsToldInBoth() {
    assertTold(true, true, told(3L, 3L));
    assertEquals(null, notice(told(3L, 3L), 0).tellAgainAt());
  }

  @Test
  void whereNothingIsNothingIsTold() {
    assertTold(false, false, NOTHING);
  }

  @Test
  void whatIsNotAcknowledgedIsToldAgainWithGrowingPauses() {
    var told = NOTHING;
    List<Long> at = new ArrayList<>();
    for (var second = 0L; second < 2_000; second++) {
      var notice = notice(told, second, waiting(1));
      if (notice.isAny()) {
        at.add(second);
        assertEquals(new Notice(true, true, second > 0, notice.tellAgainAt()), notice);
        told =
            new Told(
                List.of(1L), 1L, notice.tellAgainAt() != null, at.size(), notice.tellAgainAt());
      }
    }
    assertEquals(List.of(0L, 10L, 30L, 70L), at);
  }

  @Test
  void aLookBeforeItsTimeTellsNothingAndKeepsIt() {
    var told = new Told(List.of(1L), 1L, true, 1, T0.plusSeconds(10));
    assertEquals(new Notice(false, false, false, T0.plusSeconds(10)), notice(told, 5, waiting(1)));
  }

  @Test
  void whatIsAcknowledgedOrBegunIsNotToldAgain() {
    var acknowledged = new Told(List.of(1L), 1L, false, 1, null);
    assertEquals(new Notice(false, false, false, null), notice(acknowledged, 60, waiting(1)));
    var waiting = new Told(List.of(1L), 1L, true, 1, T0.plusSeconds(10));
    assertEquals(new Notice(false, false, false, null), notice(waiting, 60, begun(1)));
  }

  @Test
  void aChangeIsToldAtOnceAndItsRepetitionsBeginAnew() {
    var waiting = new Told(List.of(1L), 1L, true, 3, T0.plusSeconds(99));
    assertEquals(
        new Notice(true, false, false, T0.plusSeconds(15)),
        notice(waiting, 5, waiting(1), waiting(2)));
  }

  @Test
  void nobodyNeedBeToldAgain() {
    var notice = Notice.of(List.of(waiting(1)), NOTHING, T0, Duration.ofSeconds(10), 0);
    assertEquals(new Notice(true, true, false, null), notice);
  }

  private static void assertTold(boolean list, boolean next, Told before, Item... items) {
    var notice = notice(before, 0, items);
    assertEquals(List.of(list, next), List.of(notice.list(), notice.next()));
  }

  private static Notice notice(Told told, long second, Item... items) {
    return Notice.of(List.of(items), told, T0.plusSeconds(second), Duration.ofSeconds(10), 3);
  }

  /** Acknowledged. */
  private static Told told(Long next, Long... listed) {
    return new Told(Arrays.asList(listed), next, false, 1, null);
  }
}
