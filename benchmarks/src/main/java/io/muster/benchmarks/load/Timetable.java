package io.muster.benchmarks.load;

/**
 * A connection's share of a fixed rate: its nth message is due at {@code first + n × interval},
 * whether or not the earlier ones could be sent in time. For one event loop.
 */
final class Timetable implements DeviceConnection.Source {
  private final long firstNanos;
  private final double intervalNanos;
  private final long messages;
  private long taken;

  /**
   * @param firstNanos when the first message is due, as {@link System#nanoTime} counts
   * @param intervalNanos between two
   * @param messages how many there will be
   */
  Timetable(long firstNanos, double intervalNanos, long messages) {
    this.firstNanos = firstNanos;
    this.intervalNanos = intervalNanos;
    this.messages = messages;
  }

  @Override
  public int due(int room) {
    return dueAt(System.nanoTime(), room);
  }

  int dueAt(long nowNanos, int room) {
    if (nowNanos < firstNanos) {
      return 0;
    }
    var dueSoFar = Math.min(messages, 1 + (long) ((nowNanos - firstNanos) / intervalNanos));
    return (int) Math.min(room, dueSoFar - taken);
  }

  @Override
  public long takeDueNanos() {
    return firstNanos + (long) (taken++ * intervalNanos);
  }

  @Override
  public boolean isExhausted() {
    return taken >= messages;
  }
}
