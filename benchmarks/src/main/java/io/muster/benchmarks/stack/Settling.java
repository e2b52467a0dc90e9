package io.muster.benchmarks.stack;

import io.muster.benchmarks.rounds.RowStore;
import java.time.Duration;

/**
 * Waits until all rows that are expected are in the table, or no more come. Counting costs the
 * database something, so it is counted when the last one is to be expected at the earliest.
 *
 * @param table counted
 * @param patience how long nothing may come before the rest counts as lost
 */
public record Settling(RowStore table, Duration patience) {
  private static final long SHORTEST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  /**
   * How it ended.
   *
   * @param rows in the table
   * @param atNanos when they were first seen, {@link System#nanoTime}
   */
  public record Settled(long rows, long atNanos) {}

  /** Waits. */
  public Settled await(long expected) throws InterruptedException {
    var last = new Settled(table.count(), System.nanoTime());
    var pause = SHORTEST_PAUSE_MILLIS;
    while (last.rows() < expected && System.nanoTime() - last.atNanos() < patience.toNanos()) {
      Thread.sleep(pause);
      var now = new Settled(table.count(), System.nanoTime());
      if (now.rows() > last.rows()) {
        pause = untilTheLast(last, now, expected);
        last = now;
      } else {
        pause = Math.min(2 * pause, longestPause());
      }
    }
    return last;
  }

  /** Half of the time that the rest takes when it comes as fast as what came just now. */
  private long longestPause() {
    return Math.clamp(patience.toMillis() / 4, SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
  }

  private long untilTheLast(Settled before, Settled now, long expected) {
    var perMilli = (now.rows() - before.rows()) * 1e6 / (now.atNanos() - before.atNanos());
    var millis = (long) ((expected - now.rows()) / perMilli / 2);
    return Math.clamp(millis, SHORTEST_PAUSE_MILLIS, longestPause());
  }
}
