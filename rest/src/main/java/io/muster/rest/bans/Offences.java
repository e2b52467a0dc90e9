package io.muster.rest.bans;

import java.time.Duration;

/**
 * The failures of one address, or of one device from there, and what followed from them. Guarded by
 * {@link Bans}.
 */
final class Offences {
  private final BansConfig config;
  private int failures;
  private long windowBeganNanos;
  private long lastFailureNanos;
  private int bans;
  private boolean banned;
  private long bannedUntilNanos;

  Offences(BansConfig config, long nowNanos) {
    this.config = config;
    windowBeganNanos = nowNanos;
    lastFailureNanos = nowNanos;
  }

  boolean isBanned(long nowNanos) {
    return banned && nowNanos - bannedUntilNanos < 0;
  }

  /** For how long it is banned yet; zero when it is not. */
  Duration remaining(long nowNanos) {
    return isBanned(nowNanos) ? Duration.ofNanos(bannedUntilNanos - nowNanos) : Duration.ZERO;
  }

  /**
   * Counts a failure.
   *
   * @param most in the window; 0 for any number
   * @return how long the ban is that follows, or null
   */
  Duration failed(int most, long nowNanos) {
    if (isBanned(nowNanos)) {
      // It was asked about before the ban began.
      return null;
    }
    if (nowNanos - lastFailureNanos > config.longest().toNanos()) {
      bans = 0;
    }
    if (nowNanos - windowBeganNanos > config.window().toNanos()) {
      windowBeganNanos = nowNanos;
      failures = 0;
    }
    lastFailureNanos = nowNanos;
    if (++failures < most || most == 0) {
      return null;
    }
    return ban(nowNanos);
  }

  private Duration ban(long nowNanos) {
    var lasts = config.first();
    for (int i = 0; i < bans && lasts.compareTo(config.longest()) < 0; i++) {
      lasts = lasts.multipliedBy(2);
    }
    lasts = lasts.compareTo(config.longest()) > 0 ? config.longest() : lasts;
    bans++;
    failures = 0;
    banned = true;
    bannedUntilNanos = nowNanos + lasts.toNanos();
    // The time without a failure begins when it may fail again.
    lastFailureNanos = bannedUntilNanos;
    return lasts;
  }

  /** Whether nothing of it counts any more. */
  boolean isSpent(long nowNanos) {
    var remembered = bans == 0 ? config.window() : config.longest();
    return !isBanned(nowNanos) && nowNanos - lastFailureNanos > remembered.toNanos();
  }
}
