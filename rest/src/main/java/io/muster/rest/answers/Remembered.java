package io.muster.rest.answers;

import java.time.Instant;

/**
 * An answer of the registry, and how long it serves.
 *
 * @param value what it said
 * @param askedAtNanos when it was asked, perhaps in vain, by the cache's ticker: a later word that
 *     could make it another one has it asked again
 * @param confirmedAtNanos as of when nothing has taken it back
 * @param freshUntilNanos until then it serves without asking again; moved on while the registry is
 *     away, so that not every use knocks at its door
 * @param usableUntilNanos until then it serves while the registry is away
 * @param validUntil the end of the credential, or null; it never serves beyond that
 */
record Remembered<V>(
    V value,
    long askedAtNanos,
    long confirmedAtNanos,
    long freshUntilNanos,
    long usableUntilNanos,
    Instant validUntil) {

  boolean isFresh(long nowNanos, Instant now) {
    return nowNanos < freshUntilNanos && isValid(now);
  }

  boolean isUsable(long nowNanos, Instant now) {
    return nowNanos < usableUntilNanos && isValid(now);
  }

  private boolean isValid(Instant now) {
    return validUntil == null || now.isBefore(validUntil);
  }

  /** Nobody could tell, and is left alone until then. */
  Remembered<V> askedInVain(V amended, long atNanos, long untilNanos) {
    return new Remembered<>(
        amended,
        atNanos,
        confirmedAtNanos,
        Math.min(untilNanos, usableUntilNanos),
        usableUntilNanos,
        validUntil);
  }

  /** It serves as if it had been asked for later; it is asked for anew no later than before. */
  Remembered<V> confirmed(V amended, long asOfNanos, long usableUntil) {
    return new Remembered<>(
        amended, askedAtNanos, asOfNanos, freshUntilNanos, usableUntil, validUntil);
  }
}
