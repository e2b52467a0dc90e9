package io.muster.rest.bans;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Writes lines that anybody can cause: so many in ten seconds at most, and with the next one how
 * many were left out. Thread-safe.
 */
public final class QuietLogger {
  /** So many of what is refused, where whoever is refused is in the line. */
  public static final int REFUSALS = 1_000;

  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Consumer<String> log;
  private final QuietLog quiet;
  private final LongSupplier nanoTime;

  /**
   * @param log a logger's method, which has the level
   * @param lines how many are written in ten seconds
   */
  public QuietLogger(Consumer<String> log, int lines) {
    this(log, lines, System::nanoTime);
  }

  QuietLogger(Consumer<String> log, int lines, LongSupplier nanoTime) {
    this.log = log;
    this.quiet = new QuietLog(lines, PERIOD_NANOS, nanoTime.getAsLong());
    this.nanoTime = nanoTime;
  }

  /** Writes a line, unless there were too many of late; as {@link String#format}. */
  public void write(String format, Object... arguments) {
    var leftOut = quiet.admit(nanoTime.getAsLong());
    if (leftOut >= 0) {
      var before = leftOut == 0 ? "" : "; " + leftOut + " such lines were left out before";
      log.accept(format.formatted(arguments) + before);
    }
  }
}
