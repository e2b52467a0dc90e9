package io.muster.issuer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/** A P-256 key that signs the tokens of one issuer with ES256. Immutable. */
final class SigningKey {
  private final PublicJsonWebKey key;

  private SigningKey(PublicJsonWebKey key) {
    this.key = key;
  }

  /** A new one, as a private JWK (RFC 7517) in JSON. */
  static String fresh() {
    try {
      var key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
      key.setKeyId(UUID.randomUUID().toString());
      key.setUse("sig");
      key.setAlgorithm(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
      return key.toJson(JsonWebKey.OutputControlLevel.INCLUDE_PRIVATE);
    } catch (JoseException e) {
      throw new IllegalStateException("the JDK knows no P-256", e);
    }
  }

  /**
   * Reads what {@link #fresh()} gave.
   *
   * @throws IllegalArgumentException when it is no key that can sign
   */
  static SigningKey of(String jwk) {
    try {
      var key = PublicJsonWebKey.Factory.newPublicJwk(jwk);
      if (key.getPrivateKey() == null || key.getKeyId() == null) {
        throw new IllegalArgumentException("a signing key without its private half or its id");
      }
      return new SigningKey(key);
    } catch (JoseException notUsable) {
      // The cause may quote the key.
      throw new IllegalArgumentException("a signing key that cannot be read");
    }
  }

  /** A JWK set (RFC 7517 §5) with the public half. */
  String publicKeySet() {
    return "{\"keys\":[" + key.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY) + "]}";
  }

  /**
   * A token.
   *
   * @param lists claims that are lists of texts
   */
  String sign(
      String issuer,
      String subject,
      String audience,
      Instant now,
      Duration lifetime,
      Map<String, List<String>> lists) {
    var claims = new JwtClaims();
    claims.setIssuer(issuer);
    claims.setSubject(subject);
    claims.setAudience(audience);
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setExpirationTime(NumericDate.fromSeconds(now.plus(lifetime).getEpochSecond()));
    claims.setJwtId(UUID.randomUUID().toString());
    lists.forEach(claims::setStringListClaim);
    var signature = new JsonWebSignature();
    signature.setPayload(claims.toJson());
    signature.setKey(key.getPrivateKey());
    signature.setKeyIdHeaderValue(key.getKeyId());
    signature.setHeader("typ", "JWT");
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
    try {
      return signature.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException("the JDK cannot sign with ES256", e);
    }
  }

  /** Whether a token is of this key and issuer, and has at least this much of its life left. */
  boolean isGood(String token, String issuer, Instant now, Duration left) {
    try {
      var parts = token.split("\\.");
      var header = json(parts[0]);
      var claims = json(parts[1]);
      return key.getKeyId().equals(header.get("kid"))
          && issuer.equals(claims.get("iss"))
          && claims.get("exp") instanceof Long ends
          && Instant.ofEpochSecond(ends).isAfter(now.plus(left));
    } catch (JoseException | RuntimeException noToken) {
      return false;
    }
  }

  private static Map<String, Object> json(String part) throws JoseException {
    return JsonUtil.parseJson(
        new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8));
  }
}
