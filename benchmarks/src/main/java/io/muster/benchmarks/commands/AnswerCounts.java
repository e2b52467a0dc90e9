package io.muster.benchmarks.commands;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What devices have answered so far. Thread-safe. */
final class AnswerCounts {
  private final LongAdder answered = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final AtomicLong lastNanos = new AtomicLong();

  void answered() {
    answered.increment();
    lastNanos.accumulateAndGet(System.nanoTime(), Math::max);
  }

  void lost() {
    lost.increment();
  }

  /** Answers, one that was given again included. */
  long total() {
    return answered.sum();
  }

  /** Connections that ended before their time. */
  long lostConnections() {
    return lost.sum();
  }

  /** When the last answer left, as {@link System#nanoTime} counts. */
  long lastNanos() {
    return lastNanos.get();
  }
}
