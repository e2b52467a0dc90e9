package io.muster.ingest.access;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Under which key the answer to a client's proof is remembered: SHA-256 over a random of this
 * process, who the client says it is, and what it showed. So a heap dump holds no secret, and no
 * hash that could be compared with one from elsewhere.
 *
 * @param digest in hexadecimal
 */
record ProofKey(String digest) {

  /** Makes keys. Thread-safe. */
  static final class Maker {
    private final byte[] salt = new byte[32];

    Maker() {
      new SecureRandom().nextBytes(salt);
    }

    ProofKey of(DeviceAddress device, CredentialProof proof) {
      var hash = sha256();
      hash.update(salt);
      add(hash, device == null ? "" : device.toString());
      switch (proof) {
        case CredentialProof.Secret(String secret) -> {
          add(hash, "secret");
          add(hash, secret);
        }
        case CredentialProof.Token(String jwt) -> {
          add(hash, "token");
          add(hash, jwt);
        }
        case CredentialProof.Certificate(var chain) -> {
          add(hash, "certificate");
          chain.forEach(der -> add(hash, der));
        }
      }
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
