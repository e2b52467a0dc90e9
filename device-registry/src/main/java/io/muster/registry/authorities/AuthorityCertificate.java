package io.muster.registry.authorities;

import io.muster.contract.registry.CertificateBounds;
import io.muster.registry.credentials.CertificateText;
import io.muster.registry.credentials.CertificateText.UnfitCertificateException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;

/**
 * The certificate of a certificate authority (RFC 5280 §4.2.1.9, §4.2.1.3).
 *
 * @param x509 as it was read
 * @param subject for people to read
 */
record AuthorityCertificate(X509Certificate x509, String subject) {
  private static final int KEY_CERT_SIGN = 5;
  private static final String NAME_CONSTRAINTS = "2.5.29.30";

  /**
   * Reads one that somebody registers.
   *
   * @param text PEM
   * @throws UnfitCertificateException when it is none, or none that may vouch for devices
   */
  static AuthorityCertificate read(String text, Instant now) throws UnfitCertificateException {
    var x509 = CertificateText.decoded(text);
    if (x509.getBasicConstraints() < 0) {
      throw new UnfitCertificateException("is not that of an authority (basicConstraints CA)");
    }
    var usage = x509.getKeyUsage();
    if (usage != null && !usage[KEY_CERT_SIGN]) {
      throw new UnfitCertificateException("has a key usage without keyCertSign");
    }
    if (!CertificateBounds.allows(x509.getPublicKey())) {
      throw new UnfitCertificateException(
          "has a key of another kind or size than " + CertificateBounds.KEYS);
    }
    if (x509.getExtensionValue(NAME_CONSTRAINTS) != null
        || x509.hasUnsupportedCriticalExtension()) {
      throw new UnfitCertificateException("has constraints that are not held here");
    }
    if (x509.getNotAfter().before(Date.from(now)) || x509.getNotBefore().after(Date.from(now))) {
      throw new UnfitCertificateException("does not hold now");
    }
    return new AuthorityCertificate(x509, CertificateText.subject(x509));
  }

  /** Reads a stored one. */
  static AuthorityCertificate stored(byte[] der) {
    try {
      var x509 = CertificateText.decoded(der);
      return new AuthorityCertificate(x509, CertificateText.subject(x509));
    } catch (UnfitCertificateException unreadable) {
      throw new IllegalStateException("a stored certificate cannot be read", unreadable);
    }
  }

  /**
   * Whether a certificate shows that its sender holds the key: signed with it, about the code, and
   * valid now.
   */
  boolean isProvenBy(X509Certificate proof, String code, Instant now) {
    try {
      proof.checkValidity(Date.from(now));
      proof.verify(x509.getPublicKey());
      return proof.getIssuerX500Principal().equals(x509.getSubjectX500Principal())
          && CommonName.of(proof.getSubjectX500Principal()).filter(code::equals).isPresent();
    } catch (GeneralSecurityException refused) {
      return false;
    }
  }

  byte[] der() {
    return der(x509);
  }

  /** By which a certificate is known everywhere else. */
  static byte[] fingerprint(X509Certificate certificate) {
    return CertificateBounds.fingerprint(der(certificate));
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  byte[] subjectSha256() {
    return nameSha256(x509.getSubjectX500Principal());
  }

  byte[] keySha256() {
    return CertificateBounds.fingerprint(x509.getPublicKey().getEncoded());
  }

  /** Of a name whose spelling may differ in what does not matter. */
  static byte[] nameSha256(X500Principal name) {
    return CertificateBounds.fingerprint(
        name.getName(X500Principal.CANONICAL).getBytes(StandardCharsets.UTF_8));
  }
}
