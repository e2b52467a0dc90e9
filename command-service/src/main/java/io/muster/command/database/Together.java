package io.muster.command.database;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/**
 * Asks the database once for what is asked one by one: what comes while a question is under way
 * waits and goes with the next one. Thread-safe.
 *
 * @param <K> what is asked for
 * @param <R> the answer to many
 */
public final class Together<K, R> {
  private final int most;
  private final Function<List<K>, Uni<R>> question;
  private final Deque<Asked<K, R>> waiting = new ArrayDeque<>();
  private boolean busy;

  private record Asked<K, R>(K key, UniEmitter<? super R> answer) {}

  /**
   * @param most that go together
   * @param question asked again only when the one before was answered or has failed
   */
  public Together(int most, Function<List<K>, Uni<R>> question) {
    this.most = most;
    this.question = question;
  }

  /**
   * The answer to a question in which this is, among others; fails with that question. It comes in
   * the Vert.x context of whoever asks, which has his trace.
   */
  public Uni<R> ask(K key) {
    var context = Vertx.currentContext();
    var answered =
        Uni.createFrom()
            .<R>emitter(
                answer -> {
                  synchronized (waiting) {
                    waiting.add(new Asked<>(key, answer));
                  }
                  next();
                });
    return context == null
        ? answered
        : answered.emitOn(task -> context.runOnContext(ignored -> task.run()));
  }

  private void next() {
    List<Asked<K, R>> batch = new ArrayList<>();
    synchronized (waiting) {
      if (busy || waiting.isEmpty()) {
        return;
      }
      busy = true;
      while (batch.size() < most && !waiting.isEmpty()) {
        batch.add(waiting.remove());
      }
    }
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
