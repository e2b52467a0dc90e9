package io.muster.localstack.tokens;

import io.muster.localstack.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/** A P-256 key that signs tokens with ES256; made at its first use and kept in a private file. */
final class IssuerKey {
  private final PublicJsonWebKey key;

  private IssuerKey(PublicJsonWebKey key) {
    this.key = key;
  }

  static IssuerKey inFile(Path file) throws IOException {
    try {
      if (!Files.exists(file)) {
        PrivateFiles.write(file, fresh().toJson(JsonWebKey.OutputControlLevel.INCLUDE_PRIVATE));
      }
      return new IssuerKey(PublicJsonWebKey.Factory.newPublicJwk(Files.readString(file)));
    } catch (JoseException e) {
      throw new IOException(file + " holds no usable signing key", e);
    }
  }

  private static EllipticCurveJsonWebKey fresh() throws JoseException {
    var key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
    key.setKeyId(UUID.randomUUID().toString());
    key.setUse("sig");
    key.setAlgorithm(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
    return key;
  }

  String sign(JwtClaims claims) {
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

  /** A JWK set (RFC 7517 §5) with the public half. */
  String publicKeySet() {
    return "{\"keys\":[" + key.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY) + "]}";
  }
}
