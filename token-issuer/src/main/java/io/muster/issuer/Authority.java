package io.muster.issuer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Signs the certificates of one release, where nobody else does. Certificates and keys are P-256,
 * in PEM, keys as PKCS 8: the form of cert-manager's Secrets, which may take its place. Immutable.
 */
final class Authority {
  /** The names under which Kubernetes and cert-manager keep them. */
  static final String CERTIFICATE = "tls.crt";

  static final String KEY = "tls.key";
  static final String AUTHORITY = "ca.crt";

  private static final Duration LIFETIME = Duration.ofDays(20 * 365);
  private static final Duration LEAF_LIFETIME = Duration.ofDays(90);
  private static final Duration RENEW_BEFORE = Duration.ofDays(30);
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);
  private static final int SERIAL_BITS = 120;

  private final X509Certificate certificate;
  private final PrivateKey key;

  private Authority(X509Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /** A new one: its certificate and its key. */
  static Map<String, String> fresh(String name, Instant now) {
    try {
      var keys = keys();
      var subject = new X500Principal("CN=Muster, O=" + name.replaceAll("[^A-Za-z0-9 -]", "-"));
      var builder =
          builder(subject, subject, keys, now, now.plus(LIFETIME))
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      return Map.of(
          CERTIFICATE,
          pem("CERTIFICATE", signed(builder, keys.getPrivate()).getEncoded()),
          KEY,
          pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("cannot make an authority", e);
    }
  }

  /**
   * Reads what {@link #fresh} gave.
   *
   * @throws IllegalArgumentException when it cannot be read
   */
  static Authority of(String certificate, String key) {
    try {
      var encoded = Base64.getMimeDecoder().decode(key.replaceAll("-----[A-Z ]+-----", ""));
      var privateKey =
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
      return new Authority(parse(certificate), privateKey);
    } catch (GeneralSecurityException | RuntimeException unreadable) {
      throw new IllegalArgumentException("an authority that cannot be read");
    }
  }

  String pem() {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A server's certificate with these names, its key, and who signed it. */
  Map<String, String> sign(List<String> names, Instant now) {
    try {
      var keys = keys();
      var end = now.plus(LEAF_LIFETIME);
      var builder =
          builder(
                  certificate.getSubjectX500Principal(),
                  // A name may be longer than a common name; those that count are below.
                  new X500Principal("O=Muster"),
                  keys,
                  now,
                  end)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(
                  Extension.extendedKeyUsage,
                  false,
                  new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
              .addExtension(Extension.subjectAlternativeName, true, generalNames(names));
      return Map.of(
          CERTIFICATE,
          pem("CERTIFICATE", signed(builder, key).getEncoded()),
          KEY,
          pem("PRIVATE KEY", keys.getPrivate().getEncoded()),
          AUTHORITY,
          pem());
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("cannot make a certificate", e);
    }
  }

  /** Whether a Secret has a certificate of this authority with just these names, and time left. */
  boolean isGood(Map<String, String> secret, List<String> names, Instant now) {
    if (!secret.containsKey(KEY) || !pem().equals(secret.get(AUTHORITY))) {
      return false;
    }
    try {
      var served = parse(secret.getOrDefault(CERTIFICATE, ""));
      served.verify(certificate.getPublicKey());
      return served.getNotAfter().toInstant().isAfter(now.plus(RENEW_BEFORE))
          && names(served).equals(Set.copyOf(names));
    } catch (GeneralSecurityException | RuntimeException unusable) {
      return false;
    }
  }

  private static Set<String> names(X509Certificate certificate) throws GeneralSecurityException {
    var names = new HashSet<String>();
    for (var name : certificate.getSubjectAlternativeNames()) {
      names.add((String) name.get(1));
    }
    return names;
  }

  private static GeneralNames generalNames(List<String> names) {
    return new GeneralNames(
        names.stream()
            .distinct()
            .map(name -> new GeneralName(GeneralName.dNSName, name))
            .toArray(GeneralName[]::new));
  }

  private static X509Certificate parse(String pem) throws GeneralSecurityException {
    var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(bytes);
  }

  private static KeyPair keys() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Principal issuer, X500Principal subject, KeyPair keys, Instant now, Instant end)
      throws CertIOException {
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS),
        Date.from(now.minus(CLOCK_SKEW)),
        Date.from(end),
        subject,
        keys.getPublic());
  }

  private static X509Certificate signed(
      org.bouncycastle.cert.X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key);
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
  }

  private static String pem(String label, byte[] content) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content));
  }
}
