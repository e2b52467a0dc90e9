package io.muster.mqtt;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** The messages that the application got and has not settled. Thread-safe. */
final class Held {
  private final Deque<Delivery> deliveries = new ArrayDeque<>();

  synchronized void add(Delivery delivery, long nowNanos) {
    delivery.emitted(nowNanos);
    prune();
    deliveries.addLast(delivery);
  }

  /** How many there are; counts through, so for those who look now and then. */
  synchronized int count() {
    prune();
    return (int) deliveries.stream().filter(delivery -> !delivery.isSettled()).count();
  }

  /** How long the oldest one is held; zero when there is none. */
  synchronized Duration oldest() {
    prune();
    var oldest = deliveries.peekFirst();
    return oldest == null
        ? Duration.ZERO
        : Duration.ofNanos(System.nanoTime() - oldest.emittedNanos());
  }

  private void prune() {
    while (!deliveries.isEmpty() && deliveries.peekFirst().isSettled()) {
      deliveries.removeFirst();
    }
  }
}
