package io.muster.ingest.packetlog;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** One client that follows a packet log; dropped when too much waits for it. Thread-safe. */
final class LogFollower {
  private static final int MOST_WAITING = 1_000;

  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile MultiEmitter<? super LogEvent> emitter;

  /**
   * The events, for one subscriber.
   *
   * @param begun called when it listens
   */
  Multi<LogEvent> events(Runnable begun) {
    return Multi.createFrom()
        .<LogEvent>emitter(
            opened -> {
              emitter = opened;
              begun.run();
            },
            BackPressureStrategy.BUFFER)
        .onItem()
        .invoke(taken -> waiting.decrementAndGet());
  }

  void offer(LogEvent event) {
    var open = emitter;
    if (open == null || ended.get()) {
      return;
    }
    if (waiting.getAndIncrement() < MOST_WAITING) {
      open.emit(event);
    } else {
      end("too-slow");
    }
  }

  /** Says why it ends, and ends. */
  void end(String reason) {
    var open = emitter;
    if (open != null && ended.compareAndSet(false, true)) {
      open.emit(LogEvent.end(reason));
      open.complete();
    }
  }
}
