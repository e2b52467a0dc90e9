package io.muster.firmware.artifacts;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Bytes that somebody sends, with a look at how things are every so many of them, and every so
 * often: what was so when they began may have changed since. Not thread-safe.
 */
final class AttendedBytes extends FilterInputStream {
  private final long everyBytes;
  private final Duration every;
  private final Clock clock;
  private final Look look;
  private long cameBytes;
  private long nextBytes;
  private Instant next;

  /** What is looked at. */
  interface Look {
    /**
     * @param cameBytes how many came so far
     * @throws RuntimeException ends the reading
     */
    void at(long cameBytes);
  }

  AttendedBytes(InputStream bytes, long everyBytes, Duration every, Clock clock, Look look) {
    super(bytes);
    this.everyBytes = everyBytes;
    this.every = every;
    this.clock = clock;
    this.look = look;
    this.nextBytes = everyBytes;
    this.next = clock.instant().plus(every);
  }

  @Override
  public int read() throws IOException {
    lookIfDue();
    var one = super.read();
    cameBytes += one < 0 ? 0 : 1;
    return one;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    lookIfDue();
    var count = super.read(into, offset, length);
    cameBytes += Math.max(0, count);
    return count;
  }

  /** Before more of them are read: what came is kept by then. */
  private void lookIfDue() {
    var now = clock.instant();
    if (cameBytes >= nextBytes || !now.isBefore(next)) {
      nextBytes = cameBytes + everyBytes;
      next = now.plus(every);
      look.at(cameBytes);
    }
  }
}
