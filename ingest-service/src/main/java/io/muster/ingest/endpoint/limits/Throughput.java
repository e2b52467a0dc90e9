package io.muster.ingest.endpoint.limits;

/** Messages and bytes in a second, each with a burst; either may be without limit. Thread-safe. */
final class Throughput {
  private final RateLimit messages;
  private final RateLimit bytes;

  /**
   * @param messagesPerSecond 0 for no limit
   * @param bytesPerSecond 0 for no limit
   * @param burstSeconds how many seconds' worth may come at once
   */
  Throughput(long messagesPerSecond, long bytesPerSecond, double burstSeconds, long nowNanos) {
    messages = limit(messagesPerSecond, burstSeconds, nowNanos);
    bytes = limit(bytesPerSecond, burstSeconds, nowNanos);
  }

  private static RateLimit limit(long perSecond, double burstSeconds, long nowNanos) {
    return perSecond == 0
        ? null
        : new RateLimit(perSecond, Math.max(1, perSecond * burstSeconds), nowNanos);
  }

  /**
   * Counts a message that comes whether it may or not.
   *
   * @return for how many nanoseconds nothing more should come; 0 when more may
   */
  long charge(int size, long nowNanos) {
    var forMessages = messages == null ? 0 : messages.charge(nowNanos);
    var forBytes = bytes == null ? 0 : bytes.charge(size, nowNanos);
    return Math.max(forMessages, forBytes);
  }

  /** Takes back a message that was refused. */
  void refund(int size) {
    if (messages != null) {
      messages.refund();
    }
    if (bytes != null) {
      bytes.refund(size);
    }
  }

  /** The time that a message takes when nothing else is sent. */
  long costNanos(int size) {
    var asMessage = messages == null ? 0 : messages.costNanos(1);
    var asBytes = bytes == null ? 0 : bytes.costNanos(size);
    return Math.max(asMessage, asBytes);
  }

  boolean hasRecovered(long nowNanos) {
    return (messages == null || messages.hasRecovered(nowNanos))
        && (bytes == null || bytes.hasRecovered(nowNanos));
  }
}
