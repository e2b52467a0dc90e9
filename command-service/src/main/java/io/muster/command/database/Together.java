package io.muster.command.database;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Asks the database once for what is asked one by one: what comes while a question is under way
 * waits and goes with the next one. Thread-safe.
 *
 * @param <K> what is asked for
 * @param <R> the answer to many
 */
public final class Together<K, R> {
  /**
   * Whoever waited longer is told so when it would be his turn, and nothing is done for him: with
   * the database away each question takes its whole time to fail, and many may wait.
   */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final int most;
  private final long longestWaitNanos;
  private final LongSupplier nanoTime;
  private final Function<List<K>, Uni<R>> question;
  private final Deque<Asked<K, R>> waiting = new ArrayDeque<>();
  private boolean busy;

  private record Asked<K, R>(K key, UniEmitter<? super R> answer, long atNanos) {}

  /**
   * @param most that go together
   * @param question asked again only when the one before was answered or has failed
   */
  public Together(int most, Function<List<K>, Uni<R>> question) {
    this(most, LONGEST_WAIT, System::nanoTime, question);
  }

  Together(
      int most, Duration longestWait, LongSupplier nanoTime, Function<List<K>, Uni<R>> question) {
    this.most = most;
    this.longestWaitNanos = longestWait.toNanos();
    this.nanoTime = nanoTime;
    this.question = question;
  }

  /**
   * The answer to a question in which this is, among others; fails with that question, or with
   * {@link TimeoutException} when it was never asked because those before took too long. It comes
   * in the Vert.x context of whoever asks, which has his trace.
   */
  public Uni<R> ask(K key) {
    var context = Vertx.currentContext();
    var answered =
        Uni.createFrom()
            .<R>emitter(
                answer -> {
                  synchronized (waiting) {
                    waiting.add(new Asked<>(key, answer, nanoTime.getAsLong()));
                  }
                  next();
                });
    return context == null
        ? answered
        : answered.emitOn(task -> context.runOnContext(ignored -> task.run()));
  }

  private void next() {
    List<Asked<K, R>> batch = new ArrayList<>();
    List<Asked<K, R>> late = new ArrayList<>();
    synchronized (waiting) {
      if (busy) {
        return;
      }
      var now = nanoTime.getAsLong();
      while (batch.size() < most && !waiting.isEmpty()) {
        var one = waiting.remove();
        (now - one.atNanos() > longestWaitNanos ? late : batch).add(one);
      }
      busy = !batch.isEmpty();
    }
    late.forEach(one -> one.answer().fail(new TimeoutException("those before took too long")));
    if (!batch.isEmpty()) {
      ask(batch);
    }
  }

  private void ask(List<Asked<K, R>> batch) {
    Uni.createFrom()
        .deferred(() -> question.apply(batch.stream().map(Asked::key).toList()))
        .subscribe()
        .with(
            answer -> {
              goOn();
              batch.forEach(one -> one.answer().complete(answer));
            },
            failure -> {
              goOn();
              batch.forEach(one -> one.answer().fail(failure));
            });
  }

  private void goOn() {
    synchronized (waiting) {
      busy = false;
    }
    next();
  }
}
