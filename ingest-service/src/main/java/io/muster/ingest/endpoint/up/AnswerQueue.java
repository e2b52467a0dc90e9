package io.muster.ingest.endpoint.up;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What of one connection waits for its answer, in the order of its arrival (MQTT 5 §4.6). Batches
 * complete on other threads and in any order; however many do, one task at a time goes to the event
 * loop, and answers from the front what is done.
 */
final class AnswerQueue {
  private final EventLoop loop;
  private final ArrayDeque<Pending> waiting = new ArrayDeque<>(4);
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Runnable drain;

  /**
   * @param answerDone answers what is done, on the event loop
   */
  AnswerQueue(EventLoop loop, Consumer<AnswerQueue> answerDone) {
    this.loop = loop;
    this.drain =
        () -> {
          scheduled.set(false);
          answerDone.accept(this);
        };
  }

  void add(Pending pending) {
    waiting.add(pending);
  }

  /** The front one if it is done, else null. */
  Pending peekDone() {
    var first = waiting.peek();
    return first != null && first.outcome() != null ? first : null;
  }

  void remove() {
    waiting.remove();
  }

  int size() {
    return waiting.size();
  }

  /** On any thread. */
  void completed() {
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      try {
        loop.execute(drain);
      } catch (RejectedExecutionException loopHasEnded) {
        // The process is going down and the socket is closed; nobody waits for the answer.
        scheduled.set(true);
      }
    }
  }
}
