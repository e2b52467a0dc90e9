package io.muster.rest.answers;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Since when what was known of a device or a tenant is not to be believed. An answer holds only if
 * it was asked for after the last word about its device and its tenant; that also catches an answer
 * that was on its way while its device was being disabled. Bounded: what does not fit any more is
 * made up for by distrusting all answers of that time. Thread-safe; times are those of the ticker.
 */
public final class Withdrawals {
  private final Ticker ticker;
  private final Cache<Object, Long> lastWord;
  private final AtomicLong floor = new AtomicLong(Long.MIN_VALUE);

  /**
   * @param rememberFor at least as long as any answer is used
   */
  public Withdrawals(Duration rememberFor, int maximum, Ticker ticker) {
    this.ticker = ticker;
    this.lastWord =
        Caffeine.newBuilder()
            .expireAfterWrite(rememberFor)
            .maximumSize(maximum)
            .ticker(ticker)
            .executor(Runnable::run)
            .evictionListener(
                (Object about, Long at, com.github.benmanes.caffeine.cache.RemovalCause cause) -> {
                  if (cause == com.github.benmanes.caffeine.cache.RemovalCause.SIZE) {
                    floor.accumulateAndGet(at, Math::max);
                  }
                })
            .build();
  }

  /** There is word of a device. */
  public void note(DeviceAddress device) {
    lastWord.put(device, ticker.read());
  }

  /** There is word of a tenant, and so of all its devices. */
  public void note(TenantId tenant) {
    lastWord.put(tenant, ticker.read());
  }

  /** Nothing that was asked for up to now is to be believed. */
  public void noteAll() {
    floor.accumulateAndGet(ticker.read(), Math::max);
  }

  /** Whether an answer about the device holds that was asked for at that time. */
  public boolean allow(DeviceAddress device, long askedAtNanos) {
    return askedAtNanos > floor.get()
        && isAfter(askedAtNanos, lastWord.getIfPresent(device))
        && isAfter(askedAtNanos, lastWord.getIfPresent(device.tenant()));
  }

  private static boolean isAfter(long askedAtNanos, Long word) {
    return word == null || askedAtNanos > word;
  }
}
