package io.muster.rest.answers;

import java.time.Instant;

/**
 * An answer of the registry, and how long it serves.
 *
 * @param value what it said
 * @param askedAtNanos when it was asked, by the cache's ticker
 * @param freshUntilNanos until then it serves without asking again; moved on while the registry is
 *     away, so that not every use knocks at its door
 * @param usableUntilNanos until then it serves while the registry is away
 * @param validUntil the end of the credential, or null; it never serves beyond that
 */
record Remembered<V>(
    V value, long askedAtNanos, long freshUntilNanos, long usableUntilNanos, Instant validUntil) {

  boolean isFresh(long nowNanos, Instant now) {
    return nowNanos < freshUntilNanos && isValid(now);
  }

  boolean isUsable(long nowNanos, Instant now) {
    return nowNanos < usableUntilNanos && isValid(now);
  }

  private boolean isValid(Instant now) {
    return validUntil == null || now.isBefore(validUntil);
  }

  Remembered<V> freshUntil(long nanos) {
    return new Remembered<>(
        value, askedAtNanos, Math.min(nanos, usableUntilNanos), usableUntilNanos, validUntil);
  }

  /** As if it had been asked for later; it is not asked for anew any later than before. */
  Remembered<V> confirmed(long asOfNanos, long usableUntil) {
    return new Remembered<>(value, asOfNanos, freshUntilNanos, usableUntil, validUntil);
  }
}
