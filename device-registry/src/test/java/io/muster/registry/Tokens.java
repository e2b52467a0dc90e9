package io.muster.registry;

import io.muster.localstack.tokens.LocalIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;

/** Tokens of people and services, good ones and bad ones. */
public final class Tokens {
  private static final Duration LIFE = Duration.ofMinutes(30);

  private final LocalIssuer issuer;
  private final Path keys;

  Tokens(LocalIssuer issuer, Path keys) {
    this.issuer = issuer;
    this.keys = keys;
  }

  /** An administrator of the platform. */
  public String admin() {
    return issuer.mintPerson("ada", List.of("admin"), List.of("*"), LIFE);
  }

  public String person(String role, String... tenants) {
    return issuer.mintPerson("pat-" + role, List.of(role), List.of(tenants), LIFE);
  }

  public String service() {
    return issuer.mintService("ingest", LIFE);
  }

  /** Signed by the issuer of people, with claims that it would never give. */
  public String odd(Claims change) {
    return sign("people.jwk", issuer.peopleIssuer(), "muster-api", change);
  }

  /** Signed by the issuer of services, with claims that it would never give. */
  public String oddService(Claims change) {
    return sign("services.jwk", issuer.serviceIssuer(), "muster-service", change);
  }

  /** A token of a person with the header {@code alg: none} and no signature. */
  public String unsigned() {
    try {
      var jws = new JsonWebSignature();
      jws.setAlgorithmConstraints(org.jose4j.jwa.AlgorithmConstraints.NO_CONSTRAINTS);
      jws.setPayload(claims(issuer.peopleIssuer(), "muster-api").toJson());
      jws.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
      return jws.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is wrong with a token. */
  @FunctionalInterface
  public interface Claims {
    void change(JwtClaims claims);
  }

  private String sign(String keyFile, String iss, String audience, Claims change) {
    var claims = claims(iss, audience);
    change.change(claims);
    try {
      var key = PublicJsonWebKey.Factory.newPublicJwk(Files.readString(keys.resolve(keyFile)));
      var jws = new JsonWebSignature();
      jws.setPayload(claims.toJson());
      jws.setKey(key.getPrivateKey());
      jws.setKeyIdHeaderValue(key.getKeyId());
      jws.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
      return jws.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JwtClaims claims(String iss, String audience) {
    var now = Instant.now();
    var claims = new JwtClaims();
    claims.setIssuer(iss);
    claims.setSubject("mallory");
    claims.setAudience(audience);
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setExpirationTime(NumericDate.fromSeconds(now.plus(LIFE).getEpochSecond()));
    claims.setStringListClaim("groups", List.of("viewer", "operator", "admin", "service"));
    claims.setStringListClaim("muster_tenants", List.of("*"));
    return claims;
  }
}
