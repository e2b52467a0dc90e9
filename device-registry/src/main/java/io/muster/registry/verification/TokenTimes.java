package io.muster.registry.verification;

import java.time.Duration;
import java.time.Instant;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;

/**
 * The times in a token (RFC 7519 §4.1.4–6); each may be null.
 *
 * @param issuedAt {@code iat}
 * @param notBefore {@code nbf}
 * @param expiresAt {@code exp}
 */
record TokenTimes(Instant issuedAt, Instant notBefore, Instant expiresAt) {
  // Beyond it, adding a skew could overflow; no clock is that wrong.
  private static final long LATEST_EPOCH_SECOND = 253_402_300_799L;

  /**
   * @throws MalformedClaimException when one is no number, or none of a time between 1970 and 9999
   */
  static TokenTimes of(JwtClaims claims) throws MalformedClaimException {
    return new TokenTimes(
        instant(claims.getIssuedAt()),
        instant(claims.getNotBefore()),
        instant(claims.getExpirationTime()));
  }

  /** The later of those from which it holds, or null. */
  Instant begin() {
    if (issuedAt == null || notBefore == null) {
      return issuedAt == null ? notBefore : issuedAt;
    }
    return issuedAt.isAfter(notBefore) ? issuedAt : notBefore;
  }

  boolean livesLongerThan(Duration allowed) {
    return issuedAt != null && Duration.between(issuedAt, expiresAt).compareTo(allowed) > 0;
  }

  private static Instant instant(NumericDate date) throws MalformedClaimException {
    if (date == null) {
      return null;
    }
    if (date.getValue() < 0 || date.getValue() > LATEST_EPOCH_SECOND) {
      throw new MalformedClaimException("out of range");
    }
    return Instant.ofEpochSecond(date.getValue());
  }
}
