package io.muster.localstack.process;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that somebody else started.
 *
 * @param handle names it by its id and start time
 */
public record RunningProcess(ProcessHandle handle) {
  private static final Duration KILLED_WITHIN = Duration.ofSeconds(10);

  /** Asks it to end and kills it when it has not within the given time. */
  public void stop(StopSignal signal, Duration patience) {
    var family = handle.descendants().toList();
    Signals.send(signal, handle.pid());
    if (!awaitEnd(handle, patience)) {
      handle.destroyForcibly();
      awaitEnd(handle, KILLED_WITHIN);
    }
    for (var member : family) {
      if (!awaitEnd(member, KILLED_WITHIN)) {
        member.destroyForcibly();
      }
    }
  }

  /** Waits until it has ended; false when it has not within the given time. */
  public boolean awaitEnd(Duration patience) {
    return awaitEnd(handle, patience);
  }

  private static boolean awaitEnd(ProcessHandle process, Duration patience) {
    try {
      process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return !process.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
  }
}
