package io.muster.command.aws;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The executions that a device has before it, in AWS IoT's order: those in progress first, then by
 * their place in the queue. Pure.
 */
final class PendingJobs {
  private PendingJobs() {}

  /**
   * @param delivered whether the device has the command by the other way, or has begun here
   */
  record Item(Execution execution, ExecutionStatus status, boolean delivered) {
    /** What the device has under a command's id is not offered to it under the job's as well. */
    boolean isOffered() {
      return !status.isTerminal() && (!delivered || execution.isStarted());
    }
  }

  static List<Item> of(Collection<Item> items) {
    return items.stream()
        .filter(Item::isOffered)
        .sorted(
            Comparator.comparing((Item it) -> it.status() != ExecutionStatus.IN_PROGRESS)
                .thenComparing(it -> it.execution().commandKey()))
        .toList();
  }
}
