package io.muster.rest.bans;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Says what is refused, in lines that anybody can cause: a thousand in ten seconds at most, and
 * with the next how many were left out. Thread-safe.
 */
public final class QuietLogger {
  private static final int LINES = 1_000;
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Consumer<String> log;
  private final QuietLog quiet;
  private final LongSupplier nanoTime;

  /** Of lines of the level {@code INFO}. */
  public QuietLogger(Logger log) {
    this(log::info, LINES, System::nanoTime);
  }

  QuietLogger(Consumer<String> log, int lines, LongSupplier nanoTime) {
    this.log = log;
    this.quiet = new QuietLog(lines, PERIOD_NANOS, nanoTime.getAsLong());
    this.nanoTime = nanoTime;
  }

  /** As {@link Logger#infof(String, Object...)}, unless there were too many lines of late. */
  public void infof(String format, Object... arguments) {
    var leftOut = quiet.admit(nanoTime.getAsLong());
    if (leftOut >= 0) {
      log.accept(format.formatted(arguments));
    }
    if (leftOut > 0) {
      log.accept("%d lines like this were left out".formatted(leftOut));
    }
  }
}
