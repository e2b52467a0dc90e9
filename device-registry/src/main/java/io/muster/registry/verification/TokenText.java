package io.muster.registry.verification;

import io.muster.registry.credentials.KeyAlgorithm;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.JoseException;

/**
 * A JWT in JWS compact form (RFC 7519, RFC 7515 §7.1), taken apart but not yet believed.
 *
 * @param text as it was shown
 * @param algorithm its header's {@code alg} as text
 * @param keyId its header's {@code kid}, or null
 */
record TokenText(String text, String algorithm, String keyId) {

  /** Empty when it is no JWS, or demands an extension ({@code crit}) that nobody here knows. */
  static Optional<TokenText> read(String text, int maxCharacters) {
    if (text == null || text.length() > maxCharacters) {
      return Optional.empty();
    }
    try {
      var jws = new JsonWebSignature();
      jws.setCompactSerialization(text);
      var algorithm = jws.getAlgorithmHeaderValue();
      return algorithm == null || jws.getHeaders().getObjectHeaderValue("crit") != null
          ? Optional.empty()
          : Optional.of(new TokenText(text, algorithm, jws.getKeyIdHeaderValue()));
    } catch (JoseException | ClassCastException malformed) {
      return Optional.empty();
    }
  }

  /** Whether a key's other half signed it with that very algorithm. */
  boolean isSignedBy(KnownCredential.OfKey key) {
    try {
      return key.algorithm().label().equals(algorithm)
          && isSignedBy(key.algorithm(), key.algorithm().decode(key.publicKey()));
    } catch (GeneralSecurityException | JoseException refused) {
      return false;
    }
  }

  private boolean isSignedBy(KeyAlgorithm only, PublicKey key) throws JoseException {
    var jws = new JsonWebSignature();
    jws.setAlgorithmConstraints(new AlgorithmConstraints(ConstraintType.PERMIT, only.label()));
    jws.setCompactSerialization(text);
    jws.setKey(key);
    return jws.verifySignature();
  }

  /** Its claims; to be asked for after the signature was verified. Empty when they are no JSON. */
  Optional<JwtClaims> claims() {
    try {
      var jws = new JsonWebSignature();
      jws.setCompactSerialization(text);
      return Optional.of(JwtClaims.parse(jws.getUnverifiedPayload()));
    } catch (JoseException | InvalidJwtException malformed) {
      return Optional.empty();
    }
  }

  /** Never the token. */
  @Override
  public String toString() {
    return "TokenText[" + algorithm + "]";
  }
}
