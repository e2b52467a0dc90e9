package io.muster.outbox;

import java.time.Duration;

/**
 * When a loop last went round, so that one that has died or hangs is noticed. Thread-safe; each
 * loop beats its own.
 */
final class Pulse {
  private volatile long lastNanos = System.nanoTime();

  void beat() {
    lastNanos = System.nanoTime();
  }

  Duration silence() {
    return Duration.ofNanos(System.nanoTime() - lastNanos);
  }
}
