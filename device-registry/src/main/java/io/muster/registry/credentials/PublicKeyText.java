package io.muster.registry.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/**
 * Reads a public key that somebody registers: PEM (RFC 7468 §13, {@code PUBLIC KEY}) or JWK (RFC
 * 7517), the latter as an object or as its text.
 */
final class PublicKeyText {
  private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
  private static final String END = "-----END PUBLIC KEY-----";
  private static final List<String> SECRET_MEMBERS = List.of("d", "p", "q", "dp", "dq", "qi", "k");
  private static final int BOUNDARIES = BEGIN.length() + END.length();
  private static final int MAX_CHARACTERS = 8_192;

  private PublicKeyText() {}

  /** Why a key cannot be registered, in words for the sender. */
  static final class UnfitKeyException extends Exception {
    private static final long serialVersionUID = 1L;

    UnfitKeyException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * @return its SubjectPublicKeyInfo, DER
   * @throws UnfitKeyException when it is no key, a private one, or none of the algorithm's
   */
  static byte[] read(JsonNode given, KeyAlgorithm algorithm) throws UnfitKeyException {
    var text = given.isTextual() ? given.textValue() : given.toString();
    if (text.length() > MAX_CHARACTERS) {
      throw new UnfitKeyException("is longer than %d characters".formatted(MAX_CHARACTERS));
    }
    var key = text.stripLeading().startsWith("{") ? fromJwk(text) : fromPem(text, algorithm);
    if (!algorithm.fits(key)) {
      throw new UnfitKeyException(
          "is no key of %s (ES256: P-256; EdDSA: Ed25519; RS256: 2048 to 4096 bits)"
              .formatted(algorithm.label()));
    }
    return key.getEncoded();
  }

  private static PublicKey fromPem(String text, KeyAlgorithm algorithm) throws UnfitKeyException {
    if (text.contains("PRIVATE KEY-----")) {
      throw privateKey();
    }
    var block = text.strip();
    if (!block.startsWith(BEGIN) || !block.endsWith(END) || block.length() < BOUNDARIES) {
      throw new UnfitKeyException("is neither one PEM block 'PUBLIC KEY' nor a JWK");
    }
    // No regular expression: a stranger's blanks made one take minutes.
    var base64 = block.substring(BEGIN.length(), block.length() - END.length());
    try {
      return algorithm.decode(Base64.getDecoder().decode(withoutBlanks(base64)));
    } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
      throw new UnfitKeyException(
          "cannot be read as a public key of %s".formatted(algorithm.label()));
    }
  }

  private static String withoutBlanks(String base64) {
    var text = new StringBuilder(base64.length());
    base64.chars().filter(it -> !Character.isWhitespace(it)).forEach(it -> text.append((char) it));
    return text.toString();
  }

  private static PublicKey fromJwk(String text) throws UnfitKeyException {
    try {
      var jwk = JsonWebKey.Factory.newJwk(text);
      if (SECRET_MEMBERS.stream().anyMatch(members(jwk)::contains)) {
        throw privateKey();
      }
      if (jwk instanceof PublicJsonWebKey asymmetric) {
        return asymmetric.getPublicKey();
      }
      throw new UnfitKeyException("is no public key");
    } catch (JoseException | RuntimeException unreadable) {
      // Jose4j throws whatever an unexpected member leads to, for example for a key of no bytes.
      throw new UnfitKeyException("cannot be read as a JWK");
    }
  }

  private static List<String> members(JsonWebKey jwk) {
    return List.copyOf(jwk.toParams(JsonWebKey.OutputControlLevel.INCLUDE_PRIVATE).keySet());
  }

  /** It has travelled: whoever sent it should make a new pair. */
  private static UnfitKeyException privateKey() {
    return new UnfitKeyException(
        "is a private key, which nobody but the device may have; make a new pair");
  }
}
