package io.muster.broker;

import io.muster.broker.BrokerSettings.TlsFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** Makes a PKCS #12 key store of a certificate chain and a PKCS #8 key in PEM (RFC 7468). */
final class PemKeyStore {
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private PemKeyStore() {}

  /**
   * A key store.
   *
   * @param bytes PKCS #12
   * @param ends when the server's own certificate in it does, the chain's first
   */
  record Served(byte[] bytes, Instant ends) {}

  /**
   * @throws WrongSettingException when the files hold something else or do not belong together
   */
  static Served read(TlsFiles pem, char[] password) throws IOException {
    try {
      var chain = chain(pem.certificate());
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      var key = key(pem.key());
      requirePair(pem, key, chain[0]);
      store.setKeyEntry("broker", key, password, chain);
      var bytes = new ByteArrayOutputStream();
      store.store(bytes, password);
      var ends = ((X509Certificate) chain[0]).getNotAfter().toInstant();
      return new Served(bytes.toByteArray(), ends);
    } catch (GeneralSecurityException unusable) {
      throw new WrongSettingException(
          "%s and %s cannot be used for TLS: %s"
              .formatted(pem.certificate(), pem.key(), unusable.getMessage()));
    }
  }

  /**
   * A store of authorities.
   *
   * @throws WrongSettingException when the file holds something else
   */
  static byte[] trusting(Path authorities, char[] password) throws IOException {
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      var number = 0;
      for (var authority : chain(authorities)) {
        store.setCertificateEntry("authority-" + number++, authority);
      }
      var bytes = new ByteArrayOutputStream();
      store.store(bytes, password);
      return bytes.toByteArray();
    } catch (GeneralSecurityException unusable) {
      throw new WrongSettingException(
          "%s cannot be used for TLS: %s".formatted(authorities, unusable.getMessage()));
    }
  }

  private static Certificate[] chain(Path file) throws IOException, GeneralSecurityException {
    try (var in = Files.newInputStream(file)) {
      var chain = CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (chain.isEmpty()) {
        throw new WrongSettingException(file + " holds no certificate");
      }
      return chain.toArray(Certificate[]::new);
    }
  }

  /** A PKCS #12 key store takes any two; handshakes would fail. */
  private static void requirePair(TlsFiles pem, PrivateKey key, Certificate certificate)
      throws GeneralSecurityException {
    var message = new byte[32];
    var signature = Signature.getInstance(signatureAlgorithm(key));
    signature.initSign(key);
    signature.update(message);
    var signed = signature.sign();
    var theirs = certificate.getPublicKey();
    if (theirs.getAlgorithm().equals(key.getAlgorithm())) {
      signature.initVerify(theirs);
      signature.update(message);
      if (verifies(signature, signed)) {
        return;
      }
    }
    throw new WrongSettingException(
        "the key in %s is not that of the first certificate in %s"
            .formatted(pem.key(), pem.certificate()));
  }

  private static boolean verifies(Signature signature, byte[] signed) {
    try {
      return signature.verify(signed);
    } catch (SignatureException ofAnotherKey) {
      return false;
    }
  }

  private static String signatureAlgorithm(PrivateKey key) {
    return switch (key.getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> key.getAlgorithm();
    };
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    var found = PRIVATE_KEY.matcher(Files.readString(file));
    if (!found.find()) {
      throw new WrongSettingException(
          file
              + " holds no unencrypted PKCS #8 key (BEGIN PRIVATE KEY); openssl pkcs8 -topk8"
              + " -nocrypt makes one");
    }
    var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1)));
    for (var algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException anotherKind) {
        // The next algorithm's turn.
      }
    }
    throw new WrongSettingException(file + " holds a key of none of " + KEY_ALGORITHMS);
  }
}
