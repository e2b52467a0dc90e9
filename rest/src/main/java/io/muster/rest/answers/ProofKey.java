package io.muster.rest.answers;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/**
 * Under which key the answer to a client's proof is remembered: SHA-256 over a random of this
 * process, who the client says it is, and what it showed. So a heap dump holds no secret, and no
 * hash that could be compared with one from elsewhere.
 *
 * @param digest in hexadecimal
 */
public record ProofKey(String digest) {

  /** Makes keys. Thread-safe. */
  public static final class Maker {
    private final byte[] salt = new byte[32];

    public Maker() {
      new SecureRandom().nextBytes(salt);
    }

    /**
     * @param device who it says it is, or null
     */
    public ProofKey of(DeviceAddress device, CredentialProof proof) {
      return switch (proof) {
        case CredentialProof.Secret(String secret) -> of(device, "secret", List.of(secret));
        case CredentialProof.Token(String jwt) -> of(device, "token", List.of(jwt));
        case CredentialProof.Certificate(var chain) -> of(device, "certificate", chain);
      };
    }

    /**
     * For what is no credential of the registry.
     *
     * @param device who it says it is, or null
     * @param kind what was shown
     */
    public ProofKey of(DeviceAddress device, String kind, List<String> parts) {
      var hash = sha256();
      hash.update(salt);
      add(hash, device == null ? "" : device.toString());
      add(hash, kind);
      parts.forEach(part -> add(hash, part));
      return new ProofKey(HexFormat.of().formatHex(hash.digest()));
    }

    /** With its length before it, so that no two lists of parts give the same bytes. */
    private static void add(MessageDigest hash, String part) {
      var bytes = part.getBytes(StandardCharsets.UTF_8);
      hash.update(
          new byte[] {
            (byte) (bytes.length >>> 24),
            (byte) (bytes.length >>> 16),
            (byte) (bytes.length >>> 8),
            (byte) bytes.length
          });
      hash.update(bytes);
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException("every JDK has SHA-256", impossible);
      }
    }
  }
}
