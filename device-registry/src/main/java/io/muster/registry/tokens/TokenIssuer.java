package io.muster.registry.tokens;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceScope;
import io.muster.registry.limits.MinuteCounts;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;

/**
 * Makes tokens with which a device connects, and which others verify with the published keys alone.
 * Thread-safe.
 */
@ApplicationScoped
@Startup
public class TokenIssuer {
  /** The claim that names the credential that a token was got with: it ends with it. */
  public static final String CREDENTIAL = "muster_credential";

  /** Whom the tokens are for: the endpoint, and brokers in its place. */
  public static final String AUDIENCE = "muster-mqtt";

  private static final String COUNTER = "muster.registry.device.tokens";

  private final TokenKeys keys;
  private final TokenSettings settings;
  private final MeterRegistry meters;
  private final Clock clock;
  private final MinuteCounts counts;

  TokenIssuer(TokenKeys keys, TokenSettings settings, MeterRegistry meters, Clock clock) {
    this.keys = keys;
    this.settings = settings;
    this.meters = meters;
    this.clock = clock;
    this.counts = new MinuteCounts(clock);
    for (var by : By.values()) {
      count(by, 0);
    }
  }

  /** Who asked. */
  public enum By {
    DEVICE,
    OPERATOR,
    PROVISIONING
  }

  /**
   * Makes one.
   *
   * @param credential what the device showed for it, or null when an operator asks
   * @param notAfter beyond which it must not live, or null
   */
  public Uni<DeviceToken> issue(
      By by, DeviceAddress device, TokenRequest request, UUID credential, Instant notAfter) {
    var scopes = request.granted();
    var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    var end = earlier(now.plus(request.lifetime(settings)), notAfter);
    if (counts.add(device.toString()) > settings.perDeviceAndMinute()) {
      throw new Refusal.LimitReached(
              "tokens of a device in a minute", settings.perDeviceAndMinute())
          .asException();
    }
    return keys.signing()
        .map(key -> sign(key, claims(device, scopes, credential, now, end)))
        .map(jwt -> new DeviceToken(jwt, end, scopes.stream().sorted().toList()))
        .invoke(() -> count(by, 1));
  }

  private JwtClaims claims(
      DeviceAddress device, Set<DeviceScope> scopes, UUID credential, Instant now, Instant end) {
    var claims = new JwtClaims();
    claims.setIssuer(settings.issuer());
    claims.setSubject(device.userName());
    claims.setAudience(AUDIENCE);
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setExpirationTime(NumericDate.fromSeconds(end.getEpochSecond()));
    claims.setJwtId(UUID.randomUUID().toString());
    claims.setStringClaim("scope", DeviceScope.words(scopes));
    claims.setClaim("acl", AclRule.of(device, scopes).stream().map(AclRule::claim).toList());
    if (credential != null) {
      claims.setStringClaim(CREDENTIAL, credential.toString());
    }
    return claims;
  }

  private static String sign(TokenKey key, JwtClaims claims) {
    try {
      var jws = new JsonWebSignature();
      jws.setPayload(claims.toJson());
      jws.setKey(key.privateKey());
      jws.setKeyIdHeaderValue(key.id().toString());
      jws.setHeader("typ", "JWT");
      jws.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
      return jws.getCompactSerialization();
    } catch (JoseException impossible) {
      throw new IllegalStateException("a token cannot be signed", impossible);
    }
  }

  private void count(By by, int tokens) {
    meters
        .counter(COUNTER, List.of(io.micrometer.core.instrument.Tag.of("by", label(by))))
        .increment(tokens);
  }

  private static String label(By by) {
    return by.name().toLowerCase(Locale.ROOT);
  }

  private static Instant earlier(Instant one, Instant other) {
    return other == null || one.isBefore(other) ? one : other;
  }
}
