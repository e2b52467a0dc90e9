package io.muster.ingest.deadletters;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/**
 * A task of which one runs at a time. Who asks for it while it runs shares the run after that with
 * all others who do: however many ask, it costs two runs. Thread-safe.
 */
final class SharedRun {
  private final Supplier<Future<Void>> task;
  private boolean running;
  private Promise<Void> next;

  SharedRun(Supplier<Future<Void>> task) {
    this.task = task;
  }

  /** Completes with a run that began after the call. */
  Future<Void> run() {
    var mine = Promise.<Void>promise();
    synchronized (this) {
      if (running) {
        next = next == null ? mine : next;
        return next.future();
      }
      running = true;
    }
    begin(mine);
    return mine.future();
  }

  private void begin(Promise<Void> awaited) {
    begun()
        .onComplete(
            ended -> {
              goOn();
              if (ended.succeeded()) {
                awaited.complete();
              } else {
                awaited.fail(ended.cause());
              }
            });
  }

  /** A task that throws has failed, too: else there would never be another run. */
  private Future<Void> begun() {
    try {
      return task.get();
    } catch (RuntimeException fault) {
      return Future.failedFuture(fault);
    }
  }

  private void goOn() {
    Promise<Void> waiting;
    synchronized (this) {
      waiting = next;
      next = null;
      running = waiting != null;
    }
    if (waiting != null) {
      begin(waiting);
    }
  }
}
