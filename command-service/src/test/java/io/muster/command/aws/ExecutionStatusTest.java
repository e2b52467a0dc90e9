package io.muster.command.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.command.life.Reason;
import io.muster.command.life.State;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExecutionStatusTest {
  @ParameterizedTest
  @CsvSource({
    "QUEUED,QUEUED",
    "SENT,QUEUED",
    "DELIVERED,QUEUED",
    "ACCEPTED,IN_PROGRESS",
    "SUCCEEDED,SUCCEEDED",
    "FAILED,FAILED",
    "REJECTED,REJECTED",
    "EXPIRED,TIMED_OUT",
    "TIMED_OUT,TIMED_OUT",
    "CANCELLED,CANCELED"
  })
  void eachStateIsOne(State state, ExecutionStatus status) {
    assertEquals(status, ExecutionStatus.of(state, null, state.isFinal()));
  }

  @Test
  void whatEndedWithItsDeviceIsRemoved() {
    assertEquals(
        ExecutionStatus.REMOVED, ExecutionStatus.of(State.CANCELLED, Reason.DEVICE_DELETED, true));
    assertEquals(
        ExecutionStatus.CANCELED, ExecutionStatus.of(State.CANCELLED, Reason.AFTER_SENDING, true));
  }

  @Test
  void aOneWayCommandThatWasDeliveredHasSucceeded() {
    assertEquals(ExecutionStatus.SUCCEEDED, ExecutionStatus.of(State.DELIVERED, null, true));
    assertEquals(ExecutionStatus.SUCCEEDED, ExecutionStatus.of(State.SENT, null, true));
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void whatIsOverIsTerminal(State state) {
    assertEquals(state.isFinal(), ExecutionStatus.of(state, null, state.isFinal()).isTerminal());
  }

  @ParameterizedTest
  @EnumSource(ExecutionStatus.class)
  void aDeviceSaysSomeOfThem(ExecutionStatus status) {
    var said = Set.of("IN_PROGRESS", "SUCCEEDED", "FAILED", "REJECTED").contains(status.name());
    assertEquals(said, status.isReportable());
    if (!said) {
      assertThrows(IllegalStateException.class, status::answer);
    }
    assertEquals(Optional.of(status), ExecutionStatus.named(status.name()));
  }

  @Test
  void nothingElseIsAStatus() {
    assertEquals(Optional.empty(), ExecutionStatus.named("queued"));
    assertEquals(Optional.empty(), ExecutionStatus.named(""));
  }
}
