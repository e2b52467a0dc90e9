package io.muster.benchmarks.commands;

import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Asks at a fixed rate, whether or not earlier questions are answered: so who stalls is charged for
 * all that waited. A latency counts from when its question was due. For one thread.
 */
final class PacedRequests {
  private static final long LONGEST_MICROSECONDS = 10 * 60 * 1_000_000L;
  private static final int SIGNIFICANT_DIGITS = 3;

  private final double perSecond;
  private final Duration patience;
  private final ConcurrentHistogram microseconds =
      new ConcurrentHistogram(LONGEST_MICROSECONDS, SIGNIFICANT_DIGITS);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final LongAdder refused = new LongAdder();
  private final Phaser open = new Phaser(1);

  /**
   * @param patience how long the last answers may take
   */
  PacedRequests(double perSecond, Duration patience) {
    this.perSecond = perSecond;
    this.patience = patience;
  }

  /**
   * Asks for a while, and waits for the answers.
   *
   * @param question asks the nth; completes with whether it was answered, and not refused
   * @throws RoundFailedException when one fails, or takes too long
   */
  Stored run(Duration duration, LongFunction<CompletableFuture<Boolean>> question)
      throws InterruptedException {
    return ask(
        (long) (duration.toNanos() / 1e9 * perSecond), n -> (long) (n * 1e9 / perSecond), question);
  }

  /**
   * The same at a rate that begins with nothing and climbs evenly to the whole: who has just
   * started is slower by far, and would only pile up what it does not get done.
   */
  Stored climb(Duration duration, LongFunction<CompletableFuture<Boolean>> question)
      throws InterruptedException {
    // After t of T at a rate of r·t/T there were r·t²/2T questions.
    var seconds = duration.toNanos() / 1e9;
    return ask(
        (long) (seconds * perSecond / 2),
        n -> (long) (Math.sqrt(2 * n * seconds / perSecond) * 1e9),
        question);
  }

  /**
   * @param dueNanos after the start, of the nth
   */
  private Stored ask(
      long questions, LongUnaryOperator dueNanos, LongFunction<CompletableFuture<Boolean>> question)
      throws InterruptedException {
    var start = System.nanoTime();
    for (long n = 0; n < questions && failure.get() == null; n++) {
      var due = start + dueNanos.applyAsLong(n);
      awaitTime(due);
      open.register();
      question.apply(n).whenComplete((isAnswered, why) -> over(due, isAnswered, why));
    }
    awaitAnswers();
    if (failure.get() != null) {
      throw new RoundFailedException("a request failed: " + failure.get(), failure.get());
    }
    return new Stored(
        microseconds.getTotalCount(),
        Duration.ofNanos(System.nanoTime() - start),
        OptionalDouble.of(microseconds.getValueAtPercentile(50) / 1e3),
        OptionalDouble.of(microseconds.getValueAtPercentile(99) / 1e3));
  }

  private static void awaitTime(long nanos) throws InterruptedException {
    for (var left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  private void over(long dueNanos, Boolean isAnswered, Throwable why) {
    if (why != null) {
      failure.compareAndSet(null, why);
    } else if (isAnswered) {
      microseconds.recordValue(
          Math.clamp((System.nanoTime() - dueNanos) / 1_000, 0, LONGEST_MICROSECONDS));
    } else {
      refused.increment();
    }
    open.arriveAndDeregister();
  }

  /** How many were refused, of all that this one has asked. */
  long refused() {
    return refused.sum();
  }

  private void awaitAnswers() throws InterruptedException {
    try {
      open.awaitAdvanceInterruptibly(open.arrive(), patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new RoundFailedException("answers are missing after " + patience, e);
    }
  }
}
