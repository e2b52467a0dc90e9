package io.muster.rest.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A certificate chain and its key, as they are in PEM files (RFC 7468).
 *
 * @param chain the service's own certificate first
 */
record PemKeyPair(List<X509Certificate> chain, PrivateKey key) {
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  /**
   * @throws IOException when a file cannot be read, holds something else, or they do not belong
   *     together
   */
  static PemKeyPair read(Path certificate, Path key) throws IOException {
    try (var in = Files.newInputStream(certificate)) {
      var chain =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (chain.isEmpty()) {
        throw new IOException(certificate + " holds no certificate");
      }
      var pair = new PemKeyPair(chain, key(key));
      if (!pair.belongsTogether()) {
        throw new IOException(
            "the key in " + key + " is not that of the first certificate in " + certificate);
      }
      return pair;
    } catch (GeneralSecurityException unusable) {
      throw new IOException(certificate + " and " + key + " cannot be used for TLS", unusable);
    }
  }

  /** Of files that are replaced one after the other each may be well, and both be useless. */
  private boolean belongsTogether() throws GeneralSecurityException {
    var theirs = chain.getFirst().getPublicKey();
    if (!theirs.getAlgorithm().equals(key.getAlgorithm())) {
      return false;
    }
    var message = new byte[32];
    var signature = Signature.getInstance(signatureAlgorithm());
    signature.initSign(key);
    signature.update(message);
    var signed = signature.sign();
    signature.initVerify(theirs);
    signature.update(message);
    try {
      return signature.verify(signed);
    } catch (SignatureException ofAnotherKey) {
      return false;
    }
  }

  private String signatureAlgorithm() {
    return switch (key.getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> key.getAlgorithm();
    };
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    var found = PRIVATE_KEY.matcher(Files.readString(file));
    if (!found.find()) {
      throw new IOException(file + " holds no unencrypted PKCS #8 key (BEGIN PRIVATE KEY)");
    }
    var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1)));
    for (var algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException anotherKind) {
        // The next algorithm's turn.
      }
    }
    throw new IOException(file + " holds a key of none of " + ALGORITHMS);
  }
}
