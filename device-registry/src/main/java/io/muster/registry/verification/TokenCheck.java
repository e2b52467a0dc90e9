package io.muster.registry.verification;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.registry.credentials.KeyAlgorithm;
import io.muster.registry.verification.Finding.Disproven;
import io.muster.registry.verification.Finding.Proven;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;

/** Looks at a token that a device signed with its own key. Thread-safe. */
@ApplicationScoped
class TokenCheck {
  private final TokenRules rules;
  private final Clock clock;

  TokenCheck(TokenRules rules, Clock clock) {
    this.rules = rules;
    this.clock = clock;
  }

  Finding check(DeviceAddress address, KnownDevice device, String jwt) {
    var token = TokenText.read(jwt, rules.maxCharacters());
    return token.isEmpty()
        ? new Disproven(Reason.TOKEN_MALFORMED)
        : check(address, device.keys(), token.get());
  }

  private Finding check(DeviceAddress address, List<KnownCredential.OfKey> keys, TokenText token) {
    var algorithm = KeyAlgorithm.of(token.algorithm());
    if (algorithm.isEmpty()) {
      return new Disproven(Reason.TOKEN_ALGORITHM);
    }
    if (keys.isEmpty()) {
      return new Disproven(Reason.NO_SUCH_CREDENTIAL);
    }
    var candidates = keys.stream().filter(key -> key.algorithm() == algorithm.get()).toList();
    return candidates.isEmpty()
        ? new Disproven(Reason.TOKEN_ALGORITHM)
        : checkSignature(address, candidates, token);
  }

  /** A key that holds is preferred to an expired one with the same public half. */
  private Finding checkSignature(
      DeviceAddress address, List<KnownCredential.OfKey> keys, TokenText token) {
    var now = clock.instant();
    var signers = keys.stream().filter(token::isSignedBy).toList();
    if (signers.isEmpty()) {
      return new Disproven(Reason.TOKEN_SIGNATURE);
    }
    var holding = signers.stream().filter(key -> key.standing().holds(now)).findFirst();
    if (holding.isEmpty()) {
      return new Disproven(
          signers.stream().allMatch(key -> key.standing().over(now))
              ? Reason.CREDENTIAL_EXPIRED
              : Reason.CREDENTIAL_NOT_YET_VALID);
    }
    return token
        .claims()
        .map(claims -> checkClaims(address, holding.get(), claims, now))
        .orElseGet(() -> new Disproven(Reason.TOKEN_MALFORMED));
  }

  /** Believes the claims: whoever calls has verified the signature. */
  Finding checkClaims(DeviceAddress address, KnownCredential key, JwtClaims claims, Instant now) {
    try {
      if (!claims.hasAudience() || !claims.getAudience().contains(rules.audience())) {
        return new Disproven(Reason.TOKEN_AUDIENCE);
      }
      var subject = claims.getSubject();
      if (!address.device().value().equals(subject) && !address.userName().equals(subject)) {
        return new Disproven(Reason.TOKEN_SUBJECT);
      }
      return checkTimes(key, TokenTimes.of(claims), now);
    } catch (MalformedClaimException malformed) {
      return new Disproven(Reason.TOKEN_MALFORMED);
    }
  }

  private Finding checkTimes(KnownCredential key, TokenTimes times, Instant now) {
    if (times.expiresAt() == null) {
      return new Disproven(Reason.TOKEN_LIFETIME);
    }
    var skew = rules.clockSkew();
    var end = times.expiresAt().plus(skew);
    if (!now.isBefore(end)) {
      return new Disproven(Reason.TOKEN_EXPIRED);
    }
    if (times.begin() != null && times.begin().isAfter(now.plus(skew))) {
      return new Disproven(Reason.CREDENTIAL_NOT_YET_VALID);
    }
    // Measured from now as well: a forged `iat` in the past must not lengthen a life.
    var tooFar = times.expiresAt().isAfter(now.plus(rules.maxLifetime()).plus(skew));
    if (tooFar || times.livesLongerThan(rules.maxLifetime())) {
      return new Disproven(Reason.TOKEN_LIFETIME);
    }
    return new Proven(key, earlier(end, key.standing().notAfter()));
  }

  private static Instant earlier(Instant one, Instant other) {
    return other == null || one.isBefore(other) ? one : other;
  }
}
