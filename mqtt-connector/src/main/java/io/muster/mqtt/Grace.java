package io.muster.mqtt;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for an orderly end, within bounds. Blocks; not for an event loop. */
final class Grace {
  private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long GOODBYE_SECONDS = 3;

  private Grace() {}

  /** Waits while there is something left, but no longer than allowed. */
  static void whilst(BooleanSupplier something, Duration allowed) {
    var begin = System.nanoTime();
    while (something.getAsBoolean() && System.nanoTime() - begin < allowed.toNanos()) {
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }

  /** Waits for a thread that ends by itself. */
  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs the last step on the loop and waits for it. */
  static void last(Loop loop, Supplier<Uni<Void>> step) {
    var done = new CompletableFuture<Void>();
    loop.later(() -> step.get().subscribe().with(done::complete, done::completeExceptionally));
    done.exceptionally(failed -> null)
        .completeOnTimeout(null, GOODBYE_SECONDS, TimeUnit.SECONDS)
        .join();
  }
}
