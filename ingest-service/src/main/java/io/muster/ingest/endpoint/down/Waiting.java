package io.muster.ingest.endpoint.down;

import io.muster.ingest.relay.Downlink.DownwardMessage;

/**
 * A message that waits to be sent to one connection.
 *
 * @param qos granted
 * @param expiresAtNanos as {@link System#nanoTime}; meaningless unless it expires
 * @param heldBytes what was taken from the budget for it
 */
record Waiting(
    DownwardMessage message,
    int qos,
    Subscriptions.Match match,
    long expiresAtNanos,
    int heldBytes) {
  /** What a waiting message costs beside its payload. */
  static final int OVERHEAD_BYTES = 512;

  boolean isExpired(long nowNanos) {
    return message.messageExpirySeconds() >= 0 && nowNanos - expiresAtNanos >= 0;
  }

  long remainingSeconds(long nowNanos) {
    return Math.max(0, (expiresAtNanos - nowNanos) / 1_000_000_000L);
  }
}
