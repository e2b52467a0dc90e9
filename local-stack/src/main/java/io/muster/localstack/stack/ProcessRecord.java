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
 */
record ProcessRecord(
    String name, long pid, Instant startedAt, String address, ProcessState state, String detail) {
  /** The operating system's start times shift a little when its clock is corrected. */
  private static final Duration SAME_START = Duration.ofSeconds(3);

  /** The running process that is meant; empty when it has ended. */
  Optional<ProcessHandle> process() {
    return pid == 0 ? Optional.empty() : ProcessHandle.of(pid).filter(this::isMeant);
  }

  @JsonIgnore
  boolean isRunning() {
    return process().isPresent();
  }

  private boolean isMeant(ProcessHandle candidate) {
    return candidate.isAlive()
        && candidate
            .info()
            .startInstant()
            .map(start -> Duration.between(start, startedAt).abs().compareTo(SAME_START) < 0)
            .orElse(false);
  }
}
