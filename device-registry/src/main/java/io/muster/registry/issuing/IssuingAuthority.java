package io.muster.registry.issuing;

import io.muster.contract.id.DeviceAddress;
import io.muster.registry.credentials.CertificateText;
import io.muster.registry.credentials.CertificateText.UnfitCertificateException;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate and its key, with which devices' certificates are made (RFC 5280 §4). Immutable.
 *
 * @param key leaves this class in signatures alone
 */
record IssuingAuthority(X509Certificate certificate, PrivateKey key) {
  private static final int SERIAL_BITS = 127;
  private static final int KEY_CERT_SIGN = 5;

  /** What a device's clock may be behind. */
  private static final Duration BACKDATED = Duration.ofMinutes(10);

  /**
   * Reads both.
   *
   * @throws GeneralSecurityException when they cannot be read or do not belong together; the
   *     message says which
   */
  static IssuingAuthority read(String certificatePem, String keyPem)
      throws GeneralSecurityException {
    var certificate = certificate(certificatePem);
    var authority = new IssuingAuthority(certificate, key(keyPem, certificate.getPublicKey()));
    authority.requireThatKeyFits();
    return authority;
  }

  /**
   * Makes a certificate for a device.
   *
   * @param key whose private half the device has
   * @return its DER
   * @throws GeneralSecurityException when the authority does not hold now
   */
  byte[] issue(DeviceAddress device, PublicKey key, Instant now, Duration lifetime)
      throws GeneralSecurityException {
    certificate.checkValidity(Date.from(now));
    var end = now.plus(lifetime).truncatedTo(ChronoUnit.SECONDS);
    var most = certificate.getNotAfter().toInstant();
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              certificate.getSubjectX500Principal(),
              new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS - 1),
              Date.from(now.minus(BACKDATED)),
              Date.from(end.isBefore(most) ? end : most),
              // Neither id can hold what a name's text would have to escape.
              new X500Principal("CN=" + device.device() + ",O=" + device.tenant()),
              key);
      var extensions = new JcaX509ExtensionUtils();
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(
              Extension.extendedKeyUsage,
              false,
              new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              extensions.createAuthorityKeyIdentifier(certificate));
      var signer = new JcaContentSignerBuilder(algorithm()).build(this.key);
      return builder.build(signer).getEncoded();
    } catch (IOException | OperatorCreationException impossible) {
      throw new GeneralSecurityException("a certificate cannot be made", impossible);
    }
  }

  private String algorithm() {
    return switch (certificate.getPublicKey()) {
      case ECPublicKey _ -> "SHA256withECDSA";
      case RSAPublicKey _ -> "SHA256withRSA";
      default -> "Ed25519";
    };
  }

  private static X509Certificate certificate(String pem) throws GeneralSecurityException {
    try {
      var certificate = CertificateText.decoded(pem);
      var usage = certificate.getKeyUsage();
      if (certificate.getBasicConstraints() < 0 || usage != null && !usage[KEY_CERT_SIGN]) {
        throw new GeneralSecurityException("the certificate is not that of an authority");
      }
      return certificate;
    } catch (UnfitCertificateException unfit) {
      throw new GeneralSecurityException("the certificate " + unfit.getMessage());
    }
  }

  private static PrivateKey key(String pem, PublicKey half) throws GeneralSecurityException {
    var begin = pem.indexOf("-----BEGIN PRIVATE KEY-----");
    var end = pem.indexOf("-----END PRIVATE KEY-----");
    if (begin < 0 || end < begin) {
      throw new GeneralSecurityException("the key is no PEM block 'PRIVATE KEY' (PKCS #8)");
    }
    try {
      var base64 = pem.substring(pem.indexOf('\n', begin), end);
      return KeyFactory.getInstance(half.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    } catch (GeneralSecurityException | RuntimeException unreadable) {
      // Without its cause, which may quote the key.
      throw new GeneralSecurityException("the key cannot be read, or is of another kind");
    }
  }

  private void requireThatKeyFits() throws GeneralSecurityException {
    var probe = new byte[] {1};
    var signature = Signature.getInstance(algorithm());
    signature.initSign(key);
    signature.update(probe);
    var signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(probe);
    if (!signature.verify(signed)) {
      throw new GeneralSecurityException("the key is not that of the certificate");
    }
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "IssuingAuthority[" + certificate.getSubjectX500Principal() + "]";
  }
}
