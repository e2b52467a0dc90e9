package io.muster.ingest.endpoint;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.EdECKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate that signs itself, and its key; each is another one. */
public record TestCertificate(KeyPair keys, X509Certificate certificate) {
  private static final int SERIAL_BITS = 64;
  private static final Duration DAY = Duration.ofDays(1);

  /** Of an EC key, valid for a day. */
  public static TestCertificate usual() {
    return of("secp256r1");
  }

  /**
   * @param kind a curve, or {@code RSA:} and a number of bits
   */
  public static TestCertificate of(String kind) {
    return of(kind, Instant.now().minusSeconds(60), Instant.now().plus(DAY), "CN=boiler");
  }

  /** Valid for two days, so that it ends later than every usual one. */
  public static TestCertificate later(String kind) {
    return of(kind, Instant.now().minusSeconds(60), Instant.now().plus(DAY).plus(DAY), "CN=boiler");
  }

  public static TestCertificate between(Instant notBefore, Instant notAfter) {
    return of("secp256r1", notBefore, notAfter, "CN=boiler");
  }

  /** So long that its DER has at least so many bytes. */
  public static TestCertificate longerThan(int bytes) {
    var from = Instant.now().minusSeconds(60);
    return of("secp256r1", from, from.plus(DAY), "CN=" + "x".repeat(bytes));
  }

  private static TestCertificate of(String kind, Instant from, Instant until, String subject) {
    try {
      var keys = keys(kind);
      var name = new X500Principal(subject);
      var serial = new BigInteger(SERIAL_BITS, new SecureRandom());
      var builder =
          new JcaX509v3CertificateBuilder(
              name, serial, Date.from(from), Date.from(until), name, keys.getPublic());
      var signer = new JcaContentSignerBuilder(signature(keys)).build(keys.getPrivate());
      var made = new JcaX509CertificateConverter().getCertificate(builder.build(signer));
      return new TestCertificate(keys, made);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair keys(String kind) throws GeneralSecurityException {
    if (kind.startsWith("RSA:")) {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(Integer.parseInt(kind.substring("RSA:".length())));
      return generator.generateKeyPair();
    }
    if (kind.startsWith("Ed")) {
      return KeyPairGenerator.getInstance(kind).generateKeyPair();
    }
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(kind));
    return generator.generateKeyPair();
  }

  private static String signature(KeyPair keys) {
    return switch (keys.getPrivate().getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> ((EdECKey) keys.getPrivate()).getParams().getName();
    };
  }

  /** As in {@link io.muster.contract.registry.CredentialProof.Certificate}. */
  public String base64() {
    return Base64.getEncoder().encodeToString(der());
  }

  public String certificatePem() {
    return pem("CERTIFICATE", der());
  }

  public String keyPem() {
    return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
  }

  /** Writes {@code tls.crt} and {@code tls.key} into a folder. */
  public TestCertificate writeTo(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("tls.crt"), certificatePem());
    Files.writeString(folder.resolve("tls.key"), keyPem());
    return this;
  }

  private byte[] der() {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String label, byte[] content) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content));
  }
}
