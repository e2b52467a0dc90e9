package io.muster.ingest.endpoint.tls;

import io.muster.ingest.endpoint.EndpointConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where the server's certificate and key are, which somebody else writes anew before the
 * certificate ends: in place, by renaming, or by turning a symbolic link over, as Kubernetes does
 * it.
 *
 * @param certificate PEM, with those that vouch for it
 * @param key PEM, PKCS 8
 */
record TlsFiles(Path certificate, Path key) {
  private static final int MAX_BYTES = 1_048_576;

  /**
   * What both hold at a time.
   *
   * @param sha256 of both; the key itself is not kept for a comparison
   */
  record Contents(byte[] certificate, byte[] key, String sha256) {}

  /**
   * @throws IllegalStateException when one of them is not configured
   */
  static TlsFiles of(EndpointConfig.Tls config) {
    return new TlsFiles(
        config.certificate().orElseThrow(() -> missing("certificate")),
        config.key().orElseThrow(() -> missing("key")));
  }

  private static IllegalStateException missing(String what) {
    return new IllegalStateException("muster.endpoint.tls.%s is not set".formatted(what));
  }

  /**
   * Reads both, whatever they hold; other contents have another digest.
   *
   * @throws UnfitFilesException when one cannot be read or is far too long
   */
  Contents read() throws UnfitFilesException {
    var chain = read(certificate, "certificate");
    var secret = read(key, "key");
    return new Contents(chain, secret, sha256(chain, secret));
  }

  private static byte[] read(Path file, String what) throws UnfitFilesException {
    try (var in = Files.newInputStream(file)) {
      var bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new UnfitFilesException(
            "the TLS %s %s is longer than %d bytes".formatted(what, file, MAX_BYTES));
      }
      return bytes;
    } catch (IOException unreadable) {
      throw new UnfitFilesException(
          "the TLS %s %s cannot be read".formatted(what, file), unreadable);
    }
  }

  private static String sha256(byte[] one, byte[] other) {
    try {
      var hash = MessageDigest.getInstance("SHA-256");
      hash.update(one);
      // The one's own digest in between, so that nothing moves unseen from one file to the other.
      hash.update(hash.digest());
      hash.update(other);
      return HexFormat.of().formatHex(hash.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
