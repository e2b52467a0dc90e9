package io.muster.registry;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.EdECKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates that sign themselves, as devices have them; each is another one. */
public final class DeviceCertificates {
  private static final int SERIAL_BITS = 64;

  private String subject = "CN=one";
  private KeyPair keys;
  private Instant notBefore = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.SECONDS);
  private Instant notAfter = notBefore.plusSeconds(86_400);
  private ASN1ObjectIdentifier extension;
  private ASN1Encodable value;

  private DeviceCertificates(KeyPair keys) {
    this.keys = keys;
  }

  /** Of an EC key, valid for a day. */
  public static DeviceCertificates usual() {
    return of(DeviceKeys.p256());
  }

  public static DeviceCertificates of(KeyPair keys) {
    return new DeviceCertificates(keys);
  }

  public DeviceCertificates subject(String name) {
    subject = name;
    return this;
  }

  public DeviceCertificates period(Instant from, Instant until) {
    notBefore = from;
    notAfter = until;
    return this;
  }

  public DeviceCertificates with(ASN1ObjectIdentifier oid, ASN1Encodable content) {
    extension = oid;
    value = content;
    return this;
  }

  public X509Certificate make() {
    try {
      var name = new X500Principal(subject);
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              new BigInteger(SERIAL_BITS, new SecureRandom()),
              Date.from(notBefore),
              Date.from(notAfter),
              name,
              keys.getPublic());
      if (extension != null) {
        builder.addExtension(extension, true, value);
      }
      var signer = new JcaContentSignerBuilder(algorithm()).build(keys.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private String algorithm() {
    return switch (keys.getPrivate().getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> ((EdECKey) keys.getPrivate()).getParams().getName();
    };
  }

  public static String pem(X509Certificate certificate) {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der(certificate))
        + "\n-----END CERTIFICATE-----\n";
  }

  /** As in a chain that a service shows. */
  public static String base64(X509Certificate certificate) {
    return Base64.getEncoder().encodeToString(der(certificate));
  }

  public static String fingerprint(X509Certificate certificate) {
    try {
      var sha256 = java.security.MessageDigest.getInstance("SHA-256").digest(der(certificate));
      return HexFormat.of().formatHex(sha256);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
