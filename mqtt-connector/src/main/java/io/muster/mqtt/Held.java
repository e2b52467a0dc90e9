package io.muster.mqtt;

import java.time.Duration;
import java.util.LinkedHashSet;

/**
 * The messages that the application got on the connection as it is and has not settled. One of a
 * former connection is none: settling it does nothing any more, and the broker delivers it again.
 * Thread-safe.
 */
final class Held {
  // In the order in which they were handed out, so those of former connections stand in front.
  private final LinkedHashSet<Delivery> deliveries = new LinkedHashSet<>();

  synchronized void add(Delivery delivery, long nowNanos) {
    delivery.emitted(nowNanos);
    prune();
    deliveries.addLast(delivery);
  }

  synchronized void settled(Delivery delivery) {
    deliveries.remove(delivery);
  }

  synchronized int count() {
    prune();
    return deliveries.size();
  }

  /** How long the oldest one is held; zero when there is none. */
  synchronized Duration oldest() {
    prune();
    return deliveries.isEmpty()
        ? Duration.ZERO
        : Duration.ofNanos(System.nanoTime() - deliveries.getFirst().emittedNanos());
  }

  private void prune() {
    while (!deliveries.isEmpty() && !deliveries.getFirst().connection().isOpen()) {
      deliveries.removeFirst();
    }
  }
}
