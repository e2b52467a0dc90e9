package io.muster.ingest.endpoint.limits;

import java.util.concurrent.TimeUnit;

/**
 * For how long a device has been sending more than it may. It is forgiven when it was not slowed
 * down for ten seconds, the time of its burst. Thread-safe as far as it matters: of two connections
 * of a device that are slowed down at once either may be believed.
 */
final class Excess {
  private static final long FORGIVEN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private record Slowed(long sinceNanos, long untilNanos) {}

  private final long patienceNanos;
  private volatile Slowed slowed;

  Excess(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  /**
   * Notes that it has to wait.
   *
   * @return whether it had to for all the patience, or would have to wait for as long at once
   */
  boolean isSustained(long waitNanos, long nowNanos) {
    var before = slowed;
    var isNew = before == null || nowNanos - before.untilNanos > FORGIVEN_NANOS;
    var now = new Slowed(isNew ? nowNanos : before.sinceNanos, nowNanos + waitNanos);
    slowed = now;
    return waitNanos >= patienceNanos || nowNanos - now.sinceNanos >= patienceNanos;
  }
}
