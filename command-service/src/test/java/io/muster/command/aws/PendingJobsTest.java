package io.muster.command.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.aws.PendingJobs.Item;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PendingJobsTest {
  static final Instant T0 = Instant.parse("2026-11-01T12:00:00Z");

  @Test
  void whatIsInProgressComesFirstAndThenThePlaceInTheQueue() {
    assertEquals(List.of(4L, 5L, 1L, 3L), keys(waiting(3), begun(5), waiting(1), begun(4)));
  }

  @ParameterizedTest
  @EnumSource(
      value = ExecutionStatus.class,
      names = {"QUEUED", "IN_PROGRESS"},
      mode = EnumSource.Mode.EXCLUDE)
  void whatHasEndedIsNotPending(ExecutionStatus status) {
    assertEquals(List.of(), keys(new Item(execution(1), status, false)));
  }

  @Test
  void whatTheDeviceHasTheOtherWayIsNotOffered() {
    assertEquals(List.of(), keys(new Item(execution(1), ExecutionStatus.QUEUED, true)));
    assertEquals(List.of(), keys(new Item(execution(1), ExecutionStatus.IN_PROGRESS, true)));
  }

  private static List<Long> keys(Item... items) {
    return PendingJobs.of(List.of(items)).stream().map(it -> it.execution().commandKey()).toList();
  }

  static Item waiting(long key) {
    return new Item(execution(key), ExecutionStatus.QUEUED, false);
  }

  static Item begun(long key) {
    return new Item(execution(key).reported(null, null, T0), ExecutionStatus.IN_PROGRESS, true);
  }

  private static Execution execution(long key) {
    return Execution.queued(key, new UUID(1, key), new UUID(2, key), 1, T0);
  }
}
