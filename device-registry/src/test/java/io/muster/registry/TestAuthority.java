package io.muster.registry;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
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
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority as tenants have one, with what it signs, good and bad. */
public final class TestAuthority {
  private static final int SERIAL_BITS = 100;

  private final KeyPair keys;
  private final X509Certificate certificate;

  private TestAuthority(KeyPair keys, X509Certificate certificate) {
    this.keys = keys;
    this.certificate = certificate;
  }

  /** How a certificate is made. */
  public static final class Wanted {
    private final String subject;
    private PublicKey key;
    private Instant notBefore = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.SECONDS);
    private Instant notAfter = notBefore.plusSeconds(86_400);
    private BasicConstraints constraints;
    private Integer usage;
    private KeyPurposeId purpose;

    private Wanted(String subject, PublicKey key) {
      this.subject = subject;
      this.key = key;
    }

    public Wanted period(Instant from, Instant until) {
      notBefore = from;
      notAfter = until;
      return this;
    }

    public Wanted authority(Integer pathLength) {
      constraints =
          pathLength == null ? new BasicConstraints(true) : new BasicConstraints(pathLength);
      return this;
    }

    public Wanted usage(int bits) {
      usage = bits;
      return this;
    }

    public Wanted purpose(KeyPurposeId id) {
      purpose = id;
      return this;
    }
  }

  /** One that signs itself, with everything right. */
  public static TestAuthority root(String name) {
    return root(name, null);
  }

  public static TestAuthority root(String name, Integer pathLength) {
    var keys = DeviceKeys.p256();
    var wanted =
        new Wanted("CN=" + name, keys.getPublic())
            .authority(pathLength)
            .usage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    return new TestAuthority(keys, sign(keys, new X500Principal("CN=" + name), wanted));
  }

  /** One that signs itself, of any form. */
  public static TestAuthority root(Wanted wanted, KeyPair keys) {
    wanted.key = keys.getPublic();
    return new TestAuthority(keys, sign(keys, new X500Principal(wanted.subject), wanted));
  }

  public static Wanted wanted(String subject) {
    return new Wanted(subject, null);
  }

  /** One below this one. */
  public TestAuthority below(String name, Integer pathLength) {
    var below = DeviceKeys.p256();
    var wanted =
        new Wanted("CN=" + name, below.getPublic())
            .authority(pathLength)
            .usage(KeyUsage.keyCertSign);
    return new TestAuthority(below, sign(keys, certificate.getSubjectX500Principal(), wanted));
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** Its private key, PKCS #8. */
  public String keyPem() {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(keys.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  /** A device's certificate for a key of its own. */
  public X509Certificate device(String id, PublicKey key) {
    var wanted = wanted("CN=" + id).usage(KeyUsage.digitalSignature);
    wanted.key = key;
    return issue(wanted);
  }

  /** A device's certificate, with everything right. */
  public X509Certificate device(String id) {
    return issue(
        wanted("CN=" + id).usage(KeyUsage.digitalSignature).purpose(KeyPurposeId.id_kp_clientAuth));
  }

  public X509Certificate issue(Wanted wanted) {
    wanted.key = wanted.key == null ? DeviceKeys.p256().getPublic() : wanted.key;
    return sign(keys, certificate.getSubjectX500Principal(), wanted);
  }

  private static X509Certificate sign(KeyPair signer, X500Principal issuer, Wanted wanted) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              new BigInteger(SERIAL_BITS, new SecureRandom()),
              Date.from(wanted.notBefore),
              Date.from(wanted.notAfter),
              new X500Principal(wanted.subject),
              wanted.key);
      extend(builder, wanted);
      var content = new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(builder.build(content));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void extend(JcaX509v3CertificateBuilder builder, Wanted wanted)
      throws CertIOException {
    if (wanted.constraints != null) {
      builder.addExtension(Extension.basicConstraints, true, wanted.constraints);
    }
    if (wanted.usage != null) {
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(wanted.usage));
    }
    if (wanted.purpose != null) {
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(wanted.purpose));
    }
  }
}
