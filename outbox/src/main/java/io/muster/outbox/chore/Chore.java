package io.muster.outbox.chore;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Something that is done again and again, never twice at a time. When it fails, the next time is
 * tried as if nothing had been. Thread-safe.
 */
public final class Chore {

  /** Hears each time how it went; {@link Outage} is one. */
  @FunctionalInterface
  public interface Listener {
    void failed(Throwable failure);

    default void succeeded() {}
  }

  private final Supplier<? extends Uni<?>> task;
  private final Listener listener;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile Runnable cancellation = () -> {};

  /**
   * @param task begins it, on the thread that calls {@link #run}: must not block
   */
  public Chore(Supplier<? extends Uni<?>> task, Listener listener) {
    this.task = task;
    this.listener = listener;
  }

  /** Does it at intervals, the first time after one; to be called once. */
  public void every(Duration period, Vertx vertx) {
    var timer = vertx.setPeriodic(period.toMillis(), _ -> run());
    cancellation = () -> vertx.cancelTimer(timer);
  }

  /** Begins it no more; what has begun goes on. */
  public void stop() {
    cancellation.run();
  }

  /** Does it, unless the last time is not over. Never throws. */
  public void run() {
    if (busy.compareAndSet(false, true)) {
      Uni.createFrom()
          .deferred(() -> task.get().replaceWithVoid())
          .onTermination()
          .invoke(() -> busy.set(false))
          .subscribe()
          .with(done -> listener.succeeded(), listener::failed);
    }
  }
}
