package io.muster.broker.accounts;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * What a service's token must be like, and how the issuer's keys are kept.
 *
 * @param issuer the only issuer whose tokens are believed; its {@code iss} to the letter
 * @param algorithms JWS names, asymmetric ones only
 * @param lifetime the longest from {@code iat} to {@code exp}
 * @param keyRefresh how old the keys may grow before they are fetched again
 * @param keyRetry the shortest time between two fetches, whatever is presented
 * @param timeout of one request to the issuer
 */
public record TokenRules(
    URI issuer,
    List<String> algorithms,
    Duration lifetime,
    Duration keyRefresh,
    Duration keyRetry,
    Duration timeout) {

  /** Who the tokens are for. Never interchangeable with people's or devices'. */
  public static final String AUDIENCE = "muster-service";

  /**
   * What may be configured: signatures whose verifier holds no secret. {@code none} and HMAC are
   * left out on purpose: with them whoever knows a public key could sign.
   */
  public static final List<String> ASYMMETRIC_ALGORITHMS =
      List.of(
          "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA");

  public TokenRules {
    algorithms = List.copyOf(algorithms);
    if (algorithms.isEmpty() || !ASYMMETRIC_ALGORITHMS.containsAll(algorithms)) {
      throw new IllegalArgumentException("only asymmetric algorithms: " + algorithms);
    }
  }
}
