package io.muster.broker.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.broker.TestIssuer;
import io.muster.contract.id.ServiceName;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Consumer;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceTokensTest {
  private static final ServiceName INGEST = ServiceName.INGEST;
  private static final Duration MINUTES = Duration.ofMinutes(10);
  private static final Duration KEY_RETRY = Duration.ofMinutes(1);

  private final SettableClock clock = new SettableClock();
  private TestIssuer issuer;
  private IssuerKeys keys;
  private ServiceTokens tokens;

  @BeforeEach
  void start() throws Exception {
    issuer = new TestIssuer();
    var rules =
        new TokenRules(
            issuer.address(),
            List.of("ES256"),
            Duration.ofHours(1),
            Duration.ofMinutes(5),
            KEY_RETRY,
            Duration.ofSeconds(30));
    keys = new IssuerKeys(rules, clock);
    tokens = new ServiceTokens(rules, keys, clock);
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  @Test
  void acceptsATokenOfTheServiceUntilItsEnd() throws Exception {
    var end = tokens.verify(INGEST, issuer.token("ingest", MINUTES));
    var left = Duration.between(clock.instant(), end);
    assertTrue(left.compareTo(MINUTES) <= 0 && left.toMinutes() >= 9, left.toString());
  }

  @Test
  void fetchesTheKeysOnce() throws Exception {
    for (int i = 0; i < 10; i++) {
      tokens.verify(INGEST, issuer.token("ingest"));
    }
    assertEquals(1, issuer.fetches());
  }

  @Test
  void refusesATokenOfAnotherService() throws Exception {
    assertRefused(Refusal.TOKEN_SUBJECT, issuer.token("registry"));
  }

  @Test
  void refusesATokenForPeopleOrDevices() throws Exception {
    assertRefused(Refusal.TOKEN_AUDIENCE, changed(claims -> claims.setAudience("muster-api")));
    assertRefused(Refusal.TOKEN_AUDIENCE, changed(claims -> claims.setAudience("muster-mqtt")));
    assertRefused(Refusal.TOKEN_AUDIENCE, changed(claims -> claims.unsetClaim("aud")));
  }

  @Test
  void refusesATokenOfAnotherIssuer() throws Exception {
    assertRefused(
        Refusal.TOKEN_ISSUER, changed(claims -> claims.setIssuer("http://127.0.0.1:1/people")));
    assertRefused(Refusal.TOKEN_ISSUER, changed(claims -> claims.unsetClaim("iss")));
  }

  @Test
  void refusesATokenThatIsOverOrHasNoEnd() throws Exception {
    assertRefused(
        Refusal.TOKEN_EXPIRED,
        changed(
            claims -> {
              var anHourAgo = Instant.now().minusSeconds(3_600).getEpochSecond();
              claims.setIssuedAt(NumericDate.fromSeconds(anHourAgo));
              claims.setExpirationTime(NumericDate.fromSeconds(anHourAgo + 60));
            }));
    assertRefused(Refusal.TOKEN_LIFETIME, changed(claims -> claims.unsetClaim("exp")));
  }

  @Test
  void refusesATokenThatLivesLongerThanAnHour() throws Exception {
    assertRefused(Refusal.TOKEN_LIFETIME, issuer.token("ingest", Duration.ofMinutes(61)));
    // Dated ahead, its lifetime looks short.
    assertRefused(
        Refusal.TOKEN_LIFETIME,
        changed(
            claims -> {
              var ahead = Instant.now().plus(Duration.ofHours(2)).getEpochSecond();
              claims.setIssuedAt(NumericDate.fromSeconds(ahead));
              claims.setExpirationTime(NumericDate.fromSeconds(ahead + 60));
            }));
  }

  @Test
  void refusesATokenThatIsNotSigned() throws Exception {
    var unsigned = new JsonWebSignature();
    unsigned.setPayload(issuer.claims("ingest", MINUTES, claims -> {}).toJson());
    unsigned.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
    unsigned.setAlgorithmConstraints(AlgorithmConstraints.ALLOW_ONLY_NONE);
    assertRefused(Refusal.TOKEN_ALGORITHM, unsigned.getCompactSerialization());
  }

  @Test
  void refusesATokenSignedWithThePublicKeyAsSharedSecret() throws Exception {
    var forged = new JsonWebSignature();
    forged.setPayload(issuer.claims("ingest", MINUTES, claims -> {}).toJson());
    forged.setKey(new HmacKey(issuer.key().toJson().getBytes(StandardCharsets.UTF_8)));
    forged.setKeyIdHeaderValue(issuer.key().getKeyId());
    forged.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
    assertRefused(Refusal.TOKEN_ALGORITHM, forged.getCompactSerialization());
  }

  @Test
  void refusesATokenWhoseSignatureDoesNotFit() throws Exception {
    var token = issuer.token("ingest");
    var other = issuer.token("registry");
    var mixed =
        token.substring(0, token.lastIndexOf('.')) + other.substring(other.lastIndexOf('.'));
    assertRefused(Refusal.TOKEN_SIGNATURE, mixed);
  }

  @Test
  void refusesWhatIsNoToken() {
    assertRefused(Refusal.TOKEN_MALFORMED, "secret");
    assertRefused(Refusal.TOKEN_MALFORMED, "a.b.c");
    assertRefused(Refusal.TOKEN_MALFORMED, "");
  }

  @Test
  void fetchesTheKeysAgainWhenItMeetsANewOne() throws Exception {
    tokens.verify(INGEST, issuer.token("ingest"));
    clock.advance(KEY_RETRY.plusSeconds(1));
    issuer.changeKey();
    tokens.verify(INGEST, issuer.token("ingest"));
    assertEquals(2, issuer.fetches());
  }

  @Test
  void refusesTokensOfAKeyThatTheIssuerWithdrew() throws Exception {
    var old = issuer.token("ingest");
    tokens.verify(INGEST, old);
    issuer.changeKey();
    clock.advance(Duration.ofMinutes(6));
    keys.refreshWhenOld();
    assertRefused(Refusal.UNKNOWN_KEY, old);
  }

  @Test
  void doesNotFloodTheIssuerForUnknownKeys() throws Exception {
    tokens.verify(INGEST, issuer.token("ingest"));
    clock.advance(KEY_RETRY.plusSeconds(1));
    try (var stranger = new TestIssuer()) {
      for (int i = 0; i < 50; i++) {
        assertRefused(Refusal.UNKNOWN_KEY, stranger.token("ingest"));
      }
    }
    assertEquals(2, issuer.fetches());
  }

  @Test
  void goesOnWithTheLastKeysWhileTheIssuerIsAway() throws Exception {
    tokens.verify(INGEST, issuer.token("ingest"));
    issuer.goAway();
    clock.advance(Duration.ofMinutes(6));
    keys.refreshWhenOld();
    tokens.verify(INGEST, issuer.token("ingest"));
    issuer.changeKey();
    clock.advance(KEY_RETRY.plusSeconds(1));
    assertRefused(Refusal.ISSUER_UNAVAILABLE, issuer.token("ingest"));
    issuer.comeBack();
    clock.advance(KEY_RETRY.plusSeconds(1));
    tokens.verify(INGEST, issuer.token("ingest"));
  }

  @Test
  void cannotTellWithoutEverHavingReachedTheIssuer() throws Exception {
    issuer.goAway();
    assertRefused(Refusal.ISSUER_UNAVAILABLE, issuer.token("ingest"));
  }

  private String changed(Consumer<JwtClaims> change) throws Exception {
    return issuer.token("ingest", MINUTES, change);
  }

  private void assertRefused(Refusal expected, String token) {
    var refused = assertThrows(RefusedException.class, () -> tokens.verify(INGEST, token));
    assertEquals(expected, refused.refusal());
  }

  /** The real time and what was added to it. */
  private static final class SettableClock extends Clock {
    private Duration ahead = Duration.ZERO;

    void advance(Duration by) {
      ahead = ahead.plus(by);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneId.of("UTC");
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
