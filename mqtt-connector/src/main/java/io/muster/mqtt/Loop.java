package io.muster.mqtt;

import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.providers.helpers.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;

/**
 * The event loop of one channel. All state of the channel is touched on it alone, so nothing needs
 * a lock.
 */
record Loop(Context context) {
  static Loop on(Vertx vertx) {
    return new Loop(((VertxInternal) vertx).createEventLoopContext());
  }

  /** Runs a task on the loop: now, when the caller is there already. */
  void run(Runnable task) {
    VertxContext.runOnContext(context, task);
  }

  /** Runs a task on the loop, never within the caller; not at all when the loop has ended. */
  void later(Runnable task) {
    try {
      context.runOnContext(ignored -> task.run());
    } catch (RejectedExecutionException ended) {
      // The application has stopped; whoever still reports something reports it to nobody.
    }
  }

  /** Runs a task on the loop after a delay. */
  void after(Duration delay, Runnable task) {
    if (delay.toMillis() < 1) {
      later(task);
    } else {
      context.owner().setTimer(delay.toMillis(), ignored -> run(task));
    }
  }

  /** Calls what may block on a worker thread; the result arrives on the loop. */
  <T> Uni<T> blocking(Callable<T> task) {
    return Uni.createFrom()
        .<T>emitter(
            emitter ->
                run(
                    () ->
                        context
                            .<T>executeBlocking(task, false)
                            .onSuccess(result -> run(() -> emitter.complete(result)))
                            .onFailure(failure -> run(() -> emitter.fail(failure)))));
  }

  Vertx vertx() {
    return context.owner();
  }
}
