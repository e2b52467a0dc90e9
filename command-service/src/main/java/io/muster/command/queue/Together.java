package io.muster.command.queue;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Asks the database once for what is asked one by one: what comes while a question is under way
 * waits and goes with the next one. Thread-safe.
 *
 * @param <K> what is asked for
 * @param <R> the answer to many
 */
final class Together<K, R> {
  private final Function<List<K>, Uni<R>> question;
  private final List<Asked<K, R>> waiting = new ArrayList<>();
  private boolean busy;

  private record Asked<K, R>(K key, UniEmitter<? super R> answer) {}

  /**
   * @param question asked again only when the one before was answered or has failed
   */
  Together(Function<List<K>, Uni<R>> question) {
    this.question = question;
  }

  /** The answer to a question in which this is, among others; fails with that question. */
  Uni<R> ask(K key) {
    return Uni.createFrom()
        .emitter(
            answer -> {
              synchronized (waiting) {
                waiting.add(new Asked<>(key, answer));
              }
              next();
            });
  }

  private void next() {
    List<Asked<K, R>> batch;
    synchronized (waiting) {
      if (busy || waiting.isEmpty()) {
        return;
      }
      busy = true;
      batch = List.copyOf(waiting);
      waiting.clear();
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
