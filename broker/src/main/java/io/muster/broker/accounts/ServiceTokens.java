package io.muster.broker.accounts;

import io.muster.contract.id.ServiceName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.InvalidAlgorithmException;
import org.jose4j.lang.UnresolvableKeyException;

/** Decides whether a password is a token of the service issuer, for that service. Thread-safe. */
final class ServiceTokens {
  private static final int CLOCK_SKEW_SECONDS = 5;

  /** What jose4j found; told in this order, for who signed comes before what was signed. */
  private record Finding(int code, Refusal refusal) {}

  private static final List<Finding> FINDINGS =
      List.of(
          new Finding(ErrorCodes.SIGNATURE_INVALID, Refusal.TOKEN_SIGNATURE),
          new Finding(ErrorCodes.SIGNATURE_MISSING, Refusal.TOKEN_ALGORITHM),
          new Finding(ErrorCodes.ISSUER_INVALID, Refusal.TOKEN_ISSUER),
          new Finding(ErrorCodes.ISSUER_MISSING, Refusal.TOKEN_ISSUER),
          new Finding(ErrorCodes.AUDIENCE_INVALID, Refusal.TOKEN_AUDIENCE),
          new Finding(ErrorCodes.AUDIENCE_MISSING, Refusal.TOKEN_AUDIENCE),
          new Finding(ErrorCodes.SUBJECT_INVALID, Refusal.TOKEN_SUBJECT),
          new Finding(ErrorCodes.SUBJECT_MISSING, Refusal.TOKEN_SUBJECT),
          new Finding(ErrorCodes.EXPIRED, Refusal.TOKEN_EXPIRED),
          new Finding(ErrorCodes.NOT_YET_VALID, Refusal.TOKEN_EXPIRED),
          new Finding(ErrorCodes.EXPIRATION_MISSING, Refusal.TOKEN_LIFETIME));

  private final TokenRules rules;
  private final IssuerKeys keys;
  private final Clock clock;

  ServiceTokens(TokenRules rules, IssuerKeys keys, Clock clock) {
    this.rules = rules;
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * Verifies a token. May ask the issuer for its keys, so it must not run on an event loop.
   *
   * @return when the token ends
   * @throws RefusedException when it is not good for this service
   */
  Instant verify(ServiceName service, String jwt) throws RefusedException {
    var known = keys.current();
    try {
      return verifyWith(known, service, jwt);
    } catch (UnresolvableKeyException unknownKey) {
      return verifyWithNewKeys(service, jwt);
    }
  }

  private Instant verifyWithNewKeys(ServiceName service, String jwt) throws RefusedException {
    var newest = keys.refreshed();
    try {
      return verifyWith(newest, service, jwt);
    } catch (UnresolvableKeyException unknownKey) {
      // With the issuer away nobody can say whether the key is a new one of its own.
      throw new RefusedException(
          newest.isUpToDate() ? Refusal.UNKNOWN_KEY : Refusal.ISSUER_UNAVAILABLE);
    }
  }

  private Instant verifyWith(IssuerKeys.Snapshot known, ServiceName service, String jwt)
      throws RefusedException, UnresolvableKeyException {
    var consumer =
        new JwtConsumerBuilder()
            .setVerificationKeyResolver(among(known))
            .setJwsAlgorithmConstraints(
                ConstraintType.PERMIT, rules.algorithms().toArray(String[]::new))
            .setExpectedIssuer(true, rules.issuer().toString())
            .setExpectedAudience(true, TokenRules.AUDIENCE)
            .setExpectedSubject(service.userName())
            .setRequireExpirationTime()
            .setRequireIssuedAt()
            .setAllowedClockSkewInSeconds(CLOCK_SKEW_SECONDS)
            .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
            .build();
    try {
      return end(consumer.processToClaims(jwt));
    } catch (InvalidJwtException invalid) {
      if (invalid.getCause() instanceof UnresolvableKeyException unknownKey
          && !(unknownKey.getCause() instanceof InvalidAlgorithmException)) {
        throw unknownKey;
      }
      throw new RefusedException(reason(invalid));
    } catch (MalformedClaimException malformed) {
      throw new RefusedException(Refusal.TOKEN_MALFORMED);
    }
  }

  private Instant end(JwtClaims claims) throws MalformedClaimException, RefusedException {
    var issuedAt = Instant.ofEpochSecond(claims.getIssuedAt().getValue());
    var end = Instant.ofEpochSecond(claims.getExpirationTime().getValue());
    // Counted from both: a token dated ahead must not outlive the bound either.
    var latestEnd = clock.instant().plus(rules.lifetime()).plusSeconds(CLOCK_SKEW_SECONDS);
    if (Duration.between(issuedAt, end).compareTo(rules.lifetime()) > 0 || end.isAfter(latestEnd)) {
      throw new RefusedException(Refusal.TOKEN_LIFETIME);
    }
    return end;
  }

  /** Looks at the algorithm first: a token that can never do must not make anybody ask for keys. */
  private VerificationKeyResolver among(IssuerKeys.Snapshot known) {
    var resolver = new JwksVerificationKeyResolver(known.keys());
    return (signature, context) -> {
      if (!rules.algorithms().contains(signature.getAlgorithmHeaderValue())) {
        throw new UnresolvableKeyException(
            "not looked for", new InvalidAlgorithmException(signature.getAlgorithmHeaderValue()));
      }
      return resolver.resolveKey(signature, context);
    };
  }

  private static Refusal reason(InvalidJwtException invalid) {
    if (invalid.getCause() instanceof UnresolvableKeyException) {
      return Refusal.TOKEN_ALGORITHM;
    }
    return FINDINGS.stream()
        .filter(finding -> invalid.hasErrorCode(finding.code()))
        .map(Finding::refusal)
        .findFirst()
        .orElse(Refusal.TOKEN_MALFORMED);
  }
}
