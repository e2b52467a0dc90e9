package io.muster.mqtt;

import io.smallrye.mutiny.helpers.Subscriptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * What stands between the client and the application: gives out messages as the application asks
 * for them, in order of arrival. While a nacked message waits for its retry, nothing else is given
 * out, so that a consumer that takes one message at a time sees them in order. Bounded by Receive
 * Maximum, because the client is asked for one more message only when one was given out. On the
 * channel's loop alone.
 */
final class InboundStream {
  private final Loop loop;
  private final Function<Delivery, Message<?>> toMessage;
  private final Deque<Delivery> arrived = new ArrayDeque<>();
  private final PriorityQueue<Delivery> again =
      new PriorityQueue<>(Comparator.comparingLong(Delivery::sequence));
  private Flow.Subscriber<? super Message<?>> subscriber;
  private long demand;
  private volatile int waiting;
  private volatile long takenNanos;
  private int waitingRetries;
  private boolean draining;
  private boolean paused;

  /**
   * @param toMessage called once for each attempt, when it is given out
   */
  InboundStream(Loop loop, Function<Delivery, Message<?>> toMessage) {
    this.loop = loop;
    this.toMessage = toMessage;
  }

  void subscribe(Flow.Subscriber<? super Message<?>> first, Runnable cancelled) {
    subscriber = first;
    first.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long count) {
            loop.run(() -> more(count));
          }

          @Override
          public void cancel() {
            loop.run(
                () -> {
                  subscriber = null;
                  clear();
                  cancelled.run();
                });
          }
        });
  }

  private void more(long count) {
    if (count <= 0) {
      fail(Subscriptions.getInvalidRequestException());
      return;
    }
    demand = Subscriptions.add(demand, count);
    drain();
    waiting = arrived.size();
  }

  /** How many messages wait for the application to ask; any thread. */
  int waiting() {
    return waiting;
  }

  /** For how long the application has taken none of the messages that wait; any thread. */
  Duration untaken() {
    return waiting == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - takenNanos);
  }

  void offer(Delivery delivery) {
    if (arrived.isEmpty()) {
      takenNanos = System.nanoTime();
    }
    arrived.addLast(delivery);
    drain();
    waiting = arrived.size();
  }

  /** Gives a message out once more after a delay, before everything that waits. */
  void retry(Delivery delivery, Duration delay) {
    waitingRetries++;
    loop.after(
        delay,
        () -> {
          if (delivery.connection().isOpen()) {
            waitingRetries--;
            again.add(delivery);
            drain();
          }
        });
  }

  /** Forgets what was not given out: the broker will deliver it again. */
  void clear() {
    arrived.clear();
    waiting = 0;
    again.clear();
    waitingRetries = 0;
  }

  /** Gives nothing out any more: the application stops. */
  void pause() {
    paused = true;
  }

  void fail(Throwable failure) {
    var failed = subscriber;
    subscriber = null;
    clear();
    if (failed != null) {
      failed.onError(failure);
    }
  }

  private void drain() {
    if (draining) {
      return;
    }
    draining = true;
    try {
      while (demand > 0 && subscriber != null && waitingRetries == 0 && !paused) {
        var next = again.isEmpty() ? arrived.pollFirst() : again.poll();
        if (next == null) {
          return;
        }
        if (demand != Long.MAX_VALUE) {
          demand--;
        }
        takenNanos = System.nanoTime();
        subscriber.onNext(toMessage.apply(next));
      }
    } finally {
      draining = false;
    }
  }
}
