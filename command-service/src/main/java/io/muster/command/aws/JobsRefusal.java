package io.muster.command.aws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * Why a request for jobs is not served, in the codes of AWS IoT Jobs.
 *
 * @param message for whoever reads the device's log
 * @param executionState of the execution that is in the way, or null
 */
record JobsRefusal(Code code, String message, ObjectNode executionState) {

  /** AWS IoT's error codes, without {@code InternalError}: what fails inside is tried again. */
  enum Code {
    INVALID_TOPIC("InvalidTopic"),
    INVALID_JSON("InvalidJson"),
    INVALID_REQUEST("InvalidRequest"),
    INVALID_STATE_TRANSITION("InvalidStateTransition"),
    RESOURCE_NOT_FOUND("ResourceNotFound"),
    VERSION_MISMATCH("VersionMismatch"),
    REQUEST_THROTTLED("RequestThrottled"),
    TERMINAL_STATE_REACHED("TerminalStateReached");

    private final String text;

    Code(String text) {
      this.text = text;
    }

    /** As in an answer. */
    String text() {
      return text;
    }

    /** As in metrics. */
    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  static JobsRefusal invalidTopic(String message) {
    return new JobsRefusal(Code.INVALID_TOPIC, message, null);
  }

  static JobsRefusal invalidJson() {
    return new JobsRefusal(Code.INVALID_JSON, "The request is no JSON in UTF-8", null);
  }

  static JobsRefusal invalid(String message) {
    return new JobsRefusal(Code.INVALID_REQUEST, message, null);
  }

  static JobsRefusal tooManyRequests() {
    return new JobsRefusal(Code.REQUEST_THROTTLED, "Too many requests", null);
  }

  static JobsRefusal absent(String jobId) {
    return new JobsRefusal(
        Code.RESOURCE_NOT_FOUND, "The device has no execution of the job '" + jobId + "'", null);
  }

  static JobsRefusal noSuchNumber(long number) {
    return new JobsRefusal(
        Code.RESOURCE_NOT_FOUND, "The job's last execution has not the number " + number, null);
  }

  static JobsRefusal terminal(ExecutionStatus status) {
    return new JobsRefusal(
        Code.TERMINAL_STATE_REACHED, "The execution has ended: it is " + status, null);
  }

  static JobsRefusal versionMismatch(long expected, int version, ObjectNode executionState) {
    return new JobsRefusal(
        Code.VERSION_MISMATCH, "The version is " + version + ", not " + expected, executionState);
  }

  static JobsRefusal transition(
      ExecutionStatus from, ExecutionStatus to, ObjectNode executionState) {
    return new JobsRefusal(
        Code.INVALID_STATE_TRANSITION, "What is " + from + " never becomes " + to, executionState);
  }

  JobsRefusedException asException() {
    return new JobsRefusedException(this);
  }
}
