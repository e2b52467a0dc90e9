package io.muster.command.aws;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * A job's execution for one device, beside the state of the command that it is. Pure; each change
 * gives another one.
 *
 * @param commandKey the command's place in its device's queue
 * @param number which of the job's executions for the device, from 1
 * @param version grows with each word of the device
 * @param details what the device said last
 * @param startedAt when the device began, or null
 * @param stepUntil when the time ends that the device gave itself, or null
 */
record Execution(
    long commandKey,
    UUID command,
    UUID job,
    int number,
    Instant queuedAt,
    int version,
    Map<String, String> details,
    Instant startedAt,
    Instant updatedAt,
    Instant stepUntil) {

  Execution {
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }

  /** One of which the device has said nothing. */
  static Execution queued(long commandKey, UUID command, UUID job, int number, Instant queuedAt) {
    return new Execution(
        commandKey, command, job, number, queuedAt, 1, Map.of(), null, queuedAt, null);
  }

  /** Whether the device has said here that it is at work, or was. */
  boolean isStarted() {
    return startedAt != null;
  }

  /**
   * The device said something.
   *
   * @param said null when it leaves the details as they are
   */
  Execution reported(Map<String, String> said, Instant newStepUntil, Instant now) {
    return new Execution(
        commandKey,
        command,
        job,
        number,
        queuedAt,
        version + 1,
        said == null ? details : said,
        startedAt == null ? now : startedAt,
        now,
        newStepUntil);
  }

  /** The same with another time for the step. */
  Execution until(Instant newStepUntil) {
    return new Execution(
        commandKey,
        command,
        job,
        number,
        queuedAt,
        version,
        details,
        startedAt,
        updatedAt,
        newStepUntil);
  }
}
