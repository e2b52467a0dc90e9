package io.muster.ingest.telemetry.live;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One client of the live feed. What waits for it is bounded: a client that takes less than comes is
 * told so and dropped, and costs the others nothing. Thread-safe.
 */
final class Follower {
  private final Interest interest;
  private final int mostWaiting;
  private final long mostBytes;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong waitingBytes = new AtomicLong();
  private volatile MultiEmitter<? super LiveEvent> emitter;
  private final AtomicBoolean open = new AtomicBoolean();
  private volatile boolean ended;

  /**
   * @param mostWaiting how many events wait for it
   * @param mostBytes how many bytes wait for it, unless a single event has more
   */
  Follower(Interest interest, int mostWaiting, long mostBytes) {
    this.interest = interest;
    this.mostWaiting = mostWaiting;
    this.mostBytes = mostBytes;
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
        .invoke(this::taken);
  }

  /** From now on this instance tells what is stored; said once. */
  void open() {
    if (open.compareAndSet(false, true)) {
      offer(LiveEvent.OPEN);
    }
  }

  void offer(LiveEvent event) {
    var listening = emitter;
    if (listening == null || ended) {
      return;
    }
    if (fits(event)) {
      listening.emit(event);
    } else {
      end("too-slow");
    }
  }

  /** Counts it, too. */
  private boolean fits(LiveEvent event) {
    var others = waiting.getAndIncrement();
    var bytes = waitingBytes.addAndGet(event.bytes());
    return others < mostWaiting && (others == 0 || bytes <= mostBytes);
  }

  private void taken(LiveEvent event) {
    waiting.decrementAndGet();
    waitingBytes.addAndGet(-event.bytes());
  }

  /**
   * Says why it ends, and ends.
   *
   * @return false when it had ended before, or has not begun
   */
  boolean end(String reason) {
    var listening = emitter;
    if (listening == null || ended) {
      return false;
    }
    ended = true;
    listening.emit(LiveEvent.end(reason));
    listening.complete();
    return true;
  }
}
