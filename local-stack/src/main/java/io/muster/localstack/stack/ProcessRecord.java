package io.muster.localstack.stack;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A process of the stack as it stands in its file under {@code run}. Process ids are used again;
 * together with the start time one names a process for ever.
 *
 * @param name what people call it
 * @param pid the last one; 0 when none was started
 * @param startedAt when the operating system says that process began
 * @param address where it is reached
 * @param state what it does
 * @param detail why it is in that state; may be empty
 * @param startMark when it was started, as {@link ProcessStart} tells it; empty where it cannot
 */
record ProcessRecord(
    String name,
    long pid,
    Instant startedAt,
    String address,
    ProcessState state,
    String detail,
    String startMark) {
  /** The operating system's start times shift a little when its clock is corrected. */
  private static final Duration SAME_START = Duration.ofSeconds(3);

  ProcessRecord {
    startMark = startMark == null ? "" : startMark;
  }

  ProcessRecord(
      String name, long pid, Instant startedAt, String address, ProcessState state, String detail) {
    this(name, pid, startedAt, address, state, detail, "");
  }

  /** This process. */
  static ProcessRecord self(String name, String address, ProcessState state, String detail) {
    var self = ProcessHandle.current();
    return new ProcessRecord(
        name,
        self.pid(),
        self.info().startInstant().orElse(Instant.EPOCH),
        address,
        state,
        detail,
        ProcessStart.mark(self.pid()));
  }

  ProcessRecord in(ProcessState next, String why) {
    return new ProcessRecord(name, pid, startedAt, address, next, why, startMark);
  }

  /** The running process that is meant; empty when it has ended. */
  Optional<ProcessHandle> process() {
    return pid == 0 ? Optional.empty() : ProcessHandle.of(pid).filter(this::isMeant);
  }

  @JsonIgnore
  boolean isRunning() {
    return process().isPresent();
  }

  private boolean isMeant(ProcessHandle candidate) {
    if (!candidate.isAlive()) {
      return false;
    }
    return startMark.isEmpty()
        ? startedThen(candidate)
        : startMark.equals(ProcessStart.mark(candidate.pid()));
  }

  private boolean startedThen(ProcessHandle candidate) {
    return candidate
        .info()
        .startInstant()
        .map(start -> Duration.between(start, startedAt).abs().compareTo(SAME_START) < 0)
        .orElse(false);
  }
}
