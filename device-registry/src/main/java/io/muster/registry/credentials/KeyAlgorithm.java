package io.muster.registry.credentials;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;

/** The signature algorithms of device tokens (RFC 7518 §3.1, RFC 8037 §3.1), with their keys. */
public enum KeyAlgorithm {
  /** ECDSA with P-256 and SHA-256. */
  ES256("ES256", "EC") {
    @Override
    boolean fits(PublicKey key) {
      return key instanceof ECPublicKey ec && P256.isCurveOf(ec);
    }
  },
  /** Ed25519. */
  EDDSA("EdDSA", "Ed25519") {
    @Override
    boolean fits(PublicKey key) {
      return key instanceof EdECPublicKey ed
          && ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
    }
  },
  /** RSA with PKCS #1 v1.5 padding and SHA-256, 2,048 to 4,096 bits, exponent up to 32 bits. */
  RS256("RS256", "RSA") {
    @Override
    boolean fits(PublicKey key) {
      return key instanceof RSAPublicKey rsa
          && rsa.getModulus().bitLength() >= MIN_RSA_BITS
          && rsa.getModulus().bitLength() <= MAX_RSA_BITS
          && rsa.getPublicExponent().bitLength() <= MAX_RSA_EXPONENT_BITS;
    }
  };

  private static final int MIN_RSA_BITS = 2048;
  // A larger key costs the verifier, and whoever registers it does not pay.
  private static final int MAX_RSA_BITS = 4096;
  // Keys are made with 65,537 (RFC 8017 allows any); each bit more costs the verifier a squaring.
  private static final int MAX_RSA_EXPONENT_BITS = 32;

  private final String label;
  private final String keyType;

  KeyAlgorithm(String label, String keyType) {
    this.label = label;
    this.keyType = keyType;
  }

  /** Whether a key is of this algorithm, and strong enough. */
  abstract boolean fits(PublicKey key);

  /** As in a token's header. */
  @JsonValue
  public String label() {
    return label;
  }

  /** Reads a token's {@code alg}; empty for every other one, {@code none} among them. */
  public static Optional<KeyAlgorithm> of(String label) {
    return Arrays.stream(values()).filter(it -> it.label.equals(label)).findFirst();
  }

  @JsonCreator
  static KeyAlgorithm read(String label) {
    return of(label)
        .orElseThrow(() -> new IllegalArgumentException("expected ES256, EdDSA or RS256"));
  }

  /**
   * Reads a SubjectPublicKeyInfo.
   *
   * @throws GeneralSecurityException when it is none of this algorithm's
   */
  public PublicKey decode(byte[] der) throws GeneralSecurityException {
    return KeyFactory.getInstance(keyType).generatePublic(new X509EncodedKeySpec(der));
  }
}
