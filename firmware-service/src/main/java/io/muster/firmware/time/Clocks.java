package io.muster.firmware.time;

import com.github.benmanes.caffeine.cache.Ticker;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** The time, as a bean. */
class Clocks {
  /** What PostgreSQL keeps of a time: an answer says what is stored. */
  private static final Duration MICROSECOND = Duration.of(1, ChronoUnit.MICROS);

  @Produces
  @Singleton
  Clock clock() {
    return Clock.tick(Clock.systemUTC(), MICROSECOND);
  }

  /** For how long something lasts, whatever the clock is set to. */
  @Produces
  @Singleton
  Ticker ticker() {
    return Ticker.systemTicker();
  }
}
