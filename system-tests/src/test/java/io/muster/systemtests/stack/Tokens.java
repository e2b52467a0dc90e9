package io.muster.systemtests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;

/** Tokens signed with the keys of the local stack, as its issuers would give them. */
public final class Tokens {
  private final Path home;
  private final String issuerBase;

  Tokens(Path home, int issuerPort) {
    this.home = home;
    this.issuerBase = "http://127.0.0.1:" + issuerPort;
  }

  /** The administrator's token, from the file that users are told of. */
  public String admin() {
    try {
      return Files.readString(home.resolve("admin.token")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A person with one role in one tenant. */
  public String person(String role, String tenant) {
    var claims = claims("people", "test-" + role, "muster-api");
    claims.setStringListClaim("groups", List.of(role));
    claims.setStringListClaim("muster_tenants", List.of(tenant));
    return sign("people", claims);
  }

  /** A service's token, as for the broker and {@code /internal}. */
  public String service(String name) {
    var claims = claims("services", "service:" + name, "muster-service");
    claims.setStringListClaim("groups", List.of("service"));
    return sign("services", claims);
  }

  private JwtClaims claims(String issuer, String subject, String audience) {
    var now = Instant.now();
    var claims = new JwtClaims();
    claims.setIssuer(issuerBase + "/" + issuer);
    claims.setSubject(subject);
    claims.setAudience(audience);
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setExpirationTime(
        NumericDate.fromSeconds(now.plus(Duration.ofMinutes(50)).getEpochSecond()));
    claims.setJwtId(UUID.randomUUID().toString());
    return claims;
  }

  private String sign(String issuer, JwtClaims claims) {
    var file = home.resolve("secrets").resolve("keys").resolve(issuer + ".jwk");
    try {
      var key = PublicJsonWebKey.Factory.newPublicJwk(Files.readString(file));
      var signature = new JsonWebSignature();
      signature.setPayload(claims.toJson());
      signature.setKey(key.getPrivateKey());
      signature.setKeyIdHeaderValue(key.getKeyId());
      signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
      return signature.getCompactSerialization();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JoseException e) {
      throw new IllegalStateException("cannot sign with " + file, e);
    }
  }
}
