package io.muster.command.jobs;

/**
 * When a job has gone wrong. Pure.
 *
 * @param failureShare failures among the devices that did it or failed, above 0 and at most 1; who
 *     was not there counts as neither
 * @param minimum so many must have done it or failed before
 */
record AbortRule(double failureShare, int minimum) {
  AbortRule {
    if (!(failureShare > 0) || failureShare > 1 || minimum < 1) {
      throw new IllegalArgumentException("a share is above 0 and at most 1, a minimum at least 1");
    }
  }

  boolean isReached(Counts counts) {
    var failures = counts.failures();
    var ended = failures + counts.done();
    return ended >= minimum && failures >= failureShare * ended;
  }
}
