package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.firmware.rollouts.GroupPlan.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupPlanTest {

  @ParameterizedTest
  @CsvSource({
    "0.05, 10, 10, 1",
    "0.1, 10, 10, 1",
    "0.1, 11, 11, 2",
    "0.3, 10, 8, 3",
    "0.5, 3, 1, 1",
    "1, 7, 7, 7",
    "0.000001, 1000000, 1000000, 1",
    "0.5, 0, 0, 0",
    "0.07, 100, 100, 7"
  })
  void aShareIsOfAllAndRoundedUp(double share, long all, long left, long devices) {
    assertEquals(devices, plan(new Size.Share(share)).devices(all, left));
  }

  @ParameterizedTest
  @CsvSource({"3, 10, 10, 3", "3, 10, 2, 2", "3, 0, 0, 0"})
  void aCountIsAsFarAsThereAreSoMany(long count, long all, long left, long devices) {
    assertEquals(devices, plan(new Size.Count(count)).devices(all, left));
  }

  @Test
  void theRestIsWhatIsLeft() {
    assertEquals(4, plan(new Size.Rest()).devices(10, 4));
  }

  @ParameterizedTest
  @CsvSource({
    // share, finished, failed, open, whether
    "0.9, 9, 0, 1, true",
    "0.9, 8, 0, 2, false",
    "0.9, 9, 1, 0, true",
    "1, 9, 1, 0, false",
    "0, 0, 0, 5, true",
    "0.3, 3, 0, 7, true",
    "0.7, 7, 3, 0, true"
  })
  void itSucceedsWhenEnoughOfThoseThatTakePartHaveIt(
      double share, long finished, long failed, long open, boolean succeeded) {
    var plan = new GroupPlan("g", new Size.Rest(), share, 1);
    assertEquals(succeeded, plan.hasSucceeded(counts(finished, failed, open)));
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 0, 1, 9, true",
    "0.1, 0, 1, 10, false",
    "0.5, 1, 1, 0, true",
    "1, 0, 1, 1, false",
    "1, 0, 2, 0, true",
    "0.000001, 0, 0, 5, false"
  })
  void itFailsWhenTooManyCouldNotInstallIt(
      double share, long finished, long failed, long open, boolean isFailed) {
    var plan = new GroupPlan("g", new Size.Rest(), 1, share);
    assertEquals(isFailed, plan.hasFailed(counts(finished, failed, open)));
  }

  @Test
  void aGroupInWhichNobodyTakesPartHasSucceeded() {
    assertTrue(plan(new Size.Rest()).hasSucceeded(counts(0, 0, 0)));
    assertFalse(plan(new Size.Rest()).hasFailed(counts(0, 0, 0)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 0, 1.1, Double.NaN, Double.POSITIVE_INFINITY})
  void sharesThatAreNoneAreRefused(double share) {
    assertThrows(IllegalArgumentException.class, () -> new Size.Share(share));
    assertThrows(
        IllegalArgumentException.class, () -> new GroupPlan("g", new Size.Rest(), 1, share));
  }

  private static GroupPlan plan(Size size) {
    return new GroupPlan("g", size, 0.9, 0.1);
  }

  private static GroupCounts counts(long finished, long failed, long open) {
    return new GroupCounts(0, 0, 0, null, open, finished, failed, 0, 0);
  }
}
