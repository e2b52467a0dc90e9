package io.muster.rest.answers;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When there was the last word of one sort about whom. Bounded: what does not fit any more is made
 * up for by a word about everybody at that time. Thread-safe; times are those of the ticker.
 */
final class LastWords {
  private final Ticker ticker;
  private final Cache<Object, Long> lastWord;
  private final AtomicLong aboutAll = new AtomicLong(Long.MIN_VALUE);

  /**
   * @param rememberFor at least as long as anybody asks for
   */
  LastWords(Duration rememberFor, int maximum, Ticker ticker) {
    this.ticker = ticker;
    this.lastWord =
        Caffeine.newBuilder()
            .expireAfterWrite(rememberFor)
            .maximumSize(maximum)
            .ticker(ticker)
            .executor(Runnable::run)
            .evictionListener(
                (Object subject, Long at, RemovalCause cause) -> {
                  if (cause == RemovalCause.SIZE) {
                    noteAll(at);
                  }
                })
            .build();
  }

  /**
   * @param subject a device, a tenant, or the id of a credential or of a key
   */
  void note(Object subject) {
    lastWord.put(subject, ticker.read());
  }

  /** A word about everybody. */
  void noteAll() {
    noteAll(ticker.read());
  }

  void noteAll(long atNanos) {
    aboutAll.accumulateAndGet(atNanos, Math::max);
  }

  /** Whether there was one about somebody at that time or later. */
  boolean isSince(long nanos, Object subject) {
    var at = lastWord.getIfPresent(subject);
    return aboutAll.get() >= nanos || at != null && at >= nanos;
  }
}
