package io.muster.ingest.endpoint.limits;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What a device, a tenant or all have on their way to the store. Thread-safe. */
final class Load {
  /** Below this part of the limit nobody's share is looked at. */
  private static final double CROWDED = 0.5;

  private final long mostMessages;
  private final long mostBytes;
  private final AtomicLong messages = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  /** How many of those who share the limit have something on its way. */
  private final AtomicInteger holders = new AtomicInteger();

  /**
   * @param mostMessages 0 for no limit
   * @param mostBytes 0 for no limit
   */
  Load(long mostMessages, long mostBytes) {
    this.mostMessages = mostMessages;
    this.mostBytes = mostBytes;
  }

  /**
   * @return whether it had nothing on its way before
   */
  boolean add(long size) {
    bytes.addAndGet(size);
    return messages.getAndIncrement() == 0;
  }

  /**
   * @return whether it has nothing on its way any more
   */
  boolean release(int count, long size) {
    bytes.addAndGet(-size);
    return messages.addAndGet(-count) == 0;
  }

  long bytes() {
    return bytes.get();
  }

  /** One more, or one less, of those who share it has something on its way. */
  void holders(int change) {
    holders.addAndGet(change);
  }

  int holders() {
    return Math.max(1, holders.get());
  }

  boolean isEmpty() {
    return messages.get() == 0;
  }

  /** Whether it holds that part of its limit. */
  boolean isAt(double part) {
    return exceeds(messages.get(), mostMessages * part) || exceeds(bytes.get(), mostBytes * part);
  }

  /**
   * Whether one of those who share this limit holds that part of its share of it, while they hold
   * much of it together.
   *
   * @param sharers how many share it
   */
  boolean isTooMuch(Load ofOne, long sharers, double part) {
    return exceeds(messages.get(), mostMessages * CROWDED)
            && exceeds(ofOne.messages.get(), mostMessages * part / sharers)
        || exceeds(bytes.get(), mostBytes * CROWDED)
            && exceeds(ofOne.bytes.get(), mostBytes * part / sharers);
  }

  private static boolean exceeds(long used, double most) {
    return most > 0 && used >= most;
  }
}
