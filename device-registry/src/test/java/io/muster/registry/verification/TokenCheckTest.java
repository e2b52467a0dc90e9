package io.muster.registry.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.registry.DeviceKeys;
import io.muster.registry.credentials.KeyAlgorithm;
import io.muster.registry.verification.Finding.Disproven;
import io.muster.registry.verification.Finding.Proven;
import io.muster.registry.verification.KnownCredential.OfKey;
import io.muster.registry.verification.KnownCredential.Standing;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;

class TokenCheckTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Standing HOLDS = new Standing(null, null, true);
  private static final DeviceAddress DEVICE = DeviceAddress.of("demo", "sensor-1");

  private final KeyPair pair = DeviceKeys.p256();
  private final TokenCheck check = new TokenCheck(new Rules(), Clock.fixed(NOW, ZoneOffset.UTC));

  private record Rules() implements TokenRules {
    @Override
    public String audience() {
      return "muster-mqtt";
    }

    @Override
    public Duration maxLifetime() {
      return Duration.ofHours(24);
    }

    @Override
    public Duration clockSkew() {
      return Duration.ofSeconds(60);
    }

    @Override
    public int maxCharacters() {
      return 4096;
    }
  }

  @Test
  void aGoodTokenHoldsUntilItsEndAndTheSkew() {
    var finding = look(_ -> {});
    assertEquals(NOW.plusSeconds(660), assertInstanceOf(Proven.class, finding).validUntil());
  }

  @Test
  void aKeysEndEndsItsTokens() {
    var end = NOW.plusSeconds(5);
    var finding =
        check.check(DEVICE, device(key(pair, new Standing(null, end, true))), good(_ -> {}));
    assertEquals(end, assertInstanceOf(Proven.class, finding).validUntil());
  }

  @Test
  void onlyAKeyThatHoldsOpens() {
    var over = key(pair, new Standing(null, NOW, true));
    var notYet = key(pair, new Standing(NOW.plusSeconds(1), null, true));
    var holds = key(pair, HOLDS);
    assertDenied(Reason.CREDENTIAL_EXPIRED, check.check(DEVICE, device(over), good(_ -> {})));
    assertDenied(
        Reason.CREDENTIAL_NOT_YET_VALID, check.check(DEVICE, device(notYet), good(_ -> {})));
    var finding = check.check(DEVICE, device(over, notYet, holds), good(_ -> {}));
    assertEquals(holds, assertInstanceOf(Proven.class, finding).credential());
  }

  @Test
  void theSubjectIsTheDeviceOrItsUserName() {
    assertInstanceOf(Proven.class, look(claims -> claims.setSubject("sensor-1@demo")));
    for (var other : List.of("sensor-2", "sensor-1@other", "demo/sensor-1", "SENSOR-1", "")) {
      assertDenied(Reason.TOKEN_SUBJECT, look(claims -> claims.setSubject(other)));
    }
    assertDenied(Reason.TOKEN_SUBJECT, look(claims -> claims.unsetClaim("sub")));
    assertDenied(Reason.TOKEN_MALFORMED, look(claims -> claims.setClaim("sub", 7)));
  }

  @Test
  void theAudienceIsTheEndpoint() {
    assertInstanceOf(Proven.class, look(claims -> claims.setAudience("other", "muster-mqtt")));
    assertDenied(Reason.TOKEN_AUDIENCE, look(claims -> claims.setAudience("muster-api")));
    assertDenied(Reason.TOKEN_AUDIENCE, look(claims -> claims.unsetClaim("aud")));
    assertDenied(Reason.TOKEN_MALFORMED, look(claims -> claims.setClaim("aud", 7)));
  }

  @Test
  void aClockMayBeOffByTheSkewOnly() {
    assertInstanceOf(Proven.class, look(claims -> times(claims, -600, -59)));
    assertDenied(Reason.TOKEN_EXPIRED, look(claims -> times(claims, -600, -60)));
    assertInstanceOf(Proven.class, look(claims -> times(claims, 60, 600)));
    assertDenied(Reason.CREDENTIAL_NOT_YET_VALID, look(claims -> times(claims, 61, 600)));
    assertDenied(
        Reason.CREDENTIAL_NOT_YET_VALID,
        look(
            claims ->
                claims.setNotBefore(
                    NumericDate.fromSeconds(NOW.plusSeconds(61).getEpochSecond()))));
  }

  @Test
  void aLifeIsBounded() {
    assertDenied(Reason.TOKEN_LIFETIME, look(claims -> claims.unsetClaim("exp")));
    assertInstanceOf(Proven.class, look(claims -> times(claims, 0, 86_400)));
    assertDenied(Reason.TOKEN_LIFETIME, look(claims -> times(claims, 0, 86_401)));
    assertDenied(Reason.TOKEN_LIFETIME, look(claims -> times(claims, -86_400, 600)));
    assertDenied(
        Reason.TOKEN_LIFETIME,
        look(
            claims -> {
              times(claims, 0, 200_000);
              claims.unsetClaim("iat");
            }));
  }

  @Test
  void timesThatAreNoneAreMalformed() {
    assertDenied(Reason.TOKEN_MALFORMED, look(claims -> claims.setClaim("exp", "soon")));
    assertDenied(Reason.TOKEN_MALFORMED, look(claims -> claims.setClaim("exp", Long.MAX_VALUE)));
    assertDenied(Reason.TOKEN_MALFORMED, look(claims -> claims.setClaim("iat", -1)));
    assertDenied(Reason.TOKEN_MALFORMED, look(claims -> claims.setClaim("nbf", List.of())));
  }

  @Test
  void noAlgorithmButTheKeysOwnIsBelieved() throws JoseException {
    var none = header("{\"alg\":\"none\"}") + "." + payload() + ".";
    assertDenied(Reason.TOKEN_ALGORITHM, check.check(DEVICE, device(key(pair, HOLDS)), none));
    var hmac = new JsonWebSignature();
    hmac.setPayload(DeviceKeys.claims("sensor-1", NOW).toJson());
    hmac.setKey(new HmacKey(pair.getPublic().getEncoded()));
    hmac.setAlgorithmHeaderValue("HS256");
    assertDenied(
        Reason.TOKEN_ALGORITHM,
        check.check(DEVICE, device(key(pair, HOLDS)), hmac.getCompactSerialization()));
    var rsa = DeviceKeys.rsa(2048);
    var otherKind = DeviceKeys.sign(rsa, "RS256", DeviceKeys.claims("sensor-1", NOW));
    assertDenied(Reason.TOKEN_ALGORITHM, check.check(DEVICE, device(key(pair, HOLDS)), otherKind));
  }

  @Test
  void aTamperedOrEmptySignatureIsNone() {
    var parts = good(_ -> {}).split("\\.");
    var zeros = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[64]);
    var admin = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes("{\"sub\":\"a\"}"));
    for (var text :
        List.of(
            parts[0] + "." + parts[1] + "." + zeros,
            parts[0] + "." + admin + "." + parts[2],
            parts[0] + "." + parts[1] + "." + parts[2].substring(4))) {
      assertDenied(Reason.TOKEN_SIGNATURE, check.check(DEVICE, device(key(pair, HOLDS)), text));
    }
  }

  @Test
  void whatIsNoTokenIsMalformed() {
    var signed = good(_ -> {}).split("\\.");
    for (var text :
        Arrays.asList(
            null,
            "",
            "a",
            "a.b.c",
            "..",
            "x".repeat(5000),
            header("[]") + "." + signed[1] + "." + signed[2],
            header("{}") + "." + signed[1] + "." + signed[2],
            header("{\"alg\":\"ES256\",\"alg\":\"none\"}") + "." + signed[1] + "." + signed[2],
            header("{\"alg\":\"ES256\",\"crit\":[\"exp\"]}") + "." + signed[1] + "." + signed[2],
            good(_ -> {}) + ".d.e")) {
      assertDenied(Reason.TOKEN_MALFORMED, check.check(DEVICE, device(key(pair, HOLDS)), text));
    }
  }

  @Test
  void aDeviceWithoutKeysHasNoSuchCredential() {
    assertDenied(Reason.NO_SUCH_CREDENTIAL, check.check(DEVICE, device(), good(_ -> {})));
  }

  private Finding look(Consumer<JwtClaims> change) {
    return check.check(DEVICE, device(key(pair, HOLDS)), good(change));
  }

  private String good(Consumer<JwtClaims> change) {
    var claims = DeviceKeys.claims("sensor-1", NOW);
    change.accept(claims);
    return DeviceKeys.sign(pair, "ES256", claims);
  }

  private static void times(JwtClaims claims, long issuedSeconds, long expiresSeconds) {
    claims.setIssuedAt(NumericDate.fromSeconds(NOW.plusSeconds(issuedSeconds).getEpochSecond()));
    claims.setExpirationTime(
        NumericDate.fromSeconds(NOW.plusSeconds(expiresSeconds).getEpochSecond()));
  }

  private static String payload() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(bytes(DeviceKeys.claims("sensor-1", NOW).toJson()));
  }

  private static String header(String json) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(json));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static OfKey key(KeyPair pair, Standing standing) {
    return new OfKey(
        UUID.randomUUID(), standing, KeyAlgorithm.ES256, pair.getPublic().getEncoded());
  }

  private static KnownDevice device(OfKey... keys) {
    return new KnownDevice(1, true, false, Instant.EPOCH, new DeviceLimits(1, 1), List.of(keys));
  }

  private static void assertDenied(Reason reason, Finding finding) {
    assertEquals(new Disproven(reason), finding);
  }
}
