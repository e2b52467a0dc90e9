package io.muster.ingest.endpoint.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;

/**
 * What the server shows: its certificate, those that vouch for it, and the key.
 *
 * @param chain the server's own first
 * @param sha256 of the files that it was read from
 */
record ServerIdentity(X509Certificate[] chain, PrivateKey key, String sha256) {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  /**
   * Reads PEM (RFC 7468). A key that is another certificate's is found here: otherwise it would
   * show in each handshake.
   *
   * @throws UnfitFilesException when the files hold something else or do not belong together
   */
  static ServerIdentity read(TlsFiles files, TlsFiles.Contents contents)
      throws UnfitFilesException {
    try {
      var chain = chain(contents.certificate());
      var key = key(contents.key(), chain[0].getPublicKey());
      if (!isPair(key, chain[0].getPublicKey())) {
        throw new GeneralSecurityException("the key is not that of the first certificate");
      }
      return new ServerIdentity(chain, key, contents.sha256());
    } catch (GeneralSecurityException | IllegalArgumentException unfit) {
      throw new UnfitFilesException(
          "%s and %s are no PEM certificate and its PKCS 8 key: %s"
              .formatted(files.certificate(), files.key(), unfit.getMessage()),
          unfit);
    }
  }

  Instant notBefore() {
    return chain[0].getNotBefore().toInstant();
  }

  Instant notAfter() {
    return chain[0].getNotAfter().toInstant();
  }

  private static X509Certificate[] chain(byte[] pem) throws GeneralSecurityException {
    var read =
        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    if (read.isEmpty()) {
      throw new GeneralSecurityException("there is no certificate");
    }
    return read.toArray(X509Certificate[]::new);
  }

  private static PrivateKey key(byte[] pem, PublicKey counterpart) throws GeneralSecurityException {
    var text = new String(pem, StandardCharsets.ISO_8859_1);
    var begin = text.indexOf(BEGIN);
    var end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new GeneralSecurityException("there is no 'BEGIN PRIVATE KEY'");
    }
    var base64 = text.substring(begin + BEGIN.length(), end).replaceAll("\\s", "");
    var encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
    return KeyFactory.getInstance(counterpart.getAlgorithm()).generatePrivate(encoded);
  }

  private static boolean isPair(PrivateKey key, PublicKey counterpart)
      throws GeneralSecurityException {
    var signature = Signature.getInstance(signatureAlgorithm(counterpart));
    var challenge = new byte[32];
    signature.initSign(key);
    signature.update(challenge);
    var signed = signature.sign();
    signature.initVerify(counterpart);
    signature.update(challenge);
    try {
      return signature.verify(signed);
    } catch (SignatureException ofAnotherKey) {
      return false;
    }
  }

  private static String signatureAlgorithm(PublicKey key) throws GeneralSecurityException {
    return switch (key.getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      case "EdDSA" -> "EdDSA";
      default -> throw new GeneralSecurityException("keys are RSA, EC or EdDSA");
    };
  }
}
