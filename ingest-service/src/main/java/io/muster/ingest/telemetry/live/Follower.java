package io.muster.ingest.telemetry.live;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One client of the live feed. What waits for it is bounded: a client that takes less than comes is
 * told so and dropped, and costs the others nothing. Thread-safe.
 */
final class Follower {
  private final Interest interest;
  private final int mostWaiting;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile MultiEmitter<? super LiveEvent> emitter;
  private volatile boolean ended;

  Follower(Interest interest, int mostWaiting) {
    this.interest = interest;
    this.mostWaiting = mostWaiting;
  }

  Interest interest() {
    return interest;
  }

  /**
   * The events, for one subscriber.
   *
   * @param begun called when it listens
   */
  Multi<LiveEvent> events(Runnable begun) {
    return Multi.createFrom()
        .<LiveEvent>emitter(
            opened -> {
              emitter = opened;
              begun.run();
            },
            BackPressureStrategy.BUFFER)
        .onItem()
        .invoke(taken -> waiting.decrementAndGet());
  }

  void offer(LiveEvent event) {
    var open = emitter;
    if (open == null || ended) {
      return;
    }
    if (waiting.incrementAndGet() > mostWaiting) {
      end("too-slow");
    } else {
      open.emit(event);
    }
  }

  /** Says why it ends, and ends. */
  void end(String reason) {
    var open = emitter;
    if (open != null && !ended) {
      ended = true;
      open.emit(LiveEvent.end(reason));
      open.complete();
    }
  }
}
