package io.muster.firmware.ddi;

import com.github.benmanes.caffeine.cache.Ticker;
import io.muster.firmware.SetClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A ticker that a test turns, and a clock with it. */
final class SetTicker implements Ticker {
  private final AtomicLong nanos = new AtomicLong();
  private final SetClock clock;

  SetTicker(SetClock clock) {
    this.clock = clock;
  }

  void advance(Duration by) {
    nanos.addAndGet(by.toNanos());
    clock.advance(by);
  }

  @Override
  public long read() {
    return nanos.get();
  }
}
