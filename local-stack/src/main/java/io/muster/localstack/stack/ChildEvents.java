package io.muster.localstack.stack;

import java.time.Duration;
import java.util.List;

/**
 * Hears what happens to the processes of a stack, on the thread that watches each. Never throws: a
 * process must be watched and stopped whether or not anybody can be told.
 */
interface ChildEvents {
  /** Its state is another. */
  void changed(ProcessRecord record);

  /**
   * It ended unasked.
   *
   * @param logTail the last lines it wrote
   * @param restartIn when it is started again
   */
  void crashed(ProcessRecord record, int exitCode, List<String> logTail, Duration restartIn);
}
