package io.muster.firmware;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate and its key in two files.
 *
 * @param certificate with the chain
 * @param key PKCS #8
 */
public record Pem(Path certificate, Path key) {
  private static final long SECONDS = 3_600;

  /** One that signs itself and says nothing of what it is for. */
  public static Pem selfSigned(Path folder, String name) throws IOException {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      var keys = generator.generateKeyPair();
      var subject = new X500Principal("CN=" + name);
      var now = Instant.now();
      var builder =
          new JcaX509v3CertificateBuilder(
              subject,
              BigInteger.ONE,
              Date.from(now.minusSeconds(SECONDS)),
              Date.from(now.plusSeconds(SECONDS)),
              subject,
              keys.getPublic());
      var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
      Files.createDirectories(folder);
      return new Pem(
          write(folder.resolve(name + ".crt"), "CERTIFICATE", builder.build(signer).getEncoded()),
          write(folder.resolve(name + ".key"), "PRIVATE KEY", keys.getPrivate().getEncoded()));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException(e);
    }
  }

  private static Path write(Path file, String label, byte[] der) throws IOException {
    var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, text, label));
  }

  /** The certificates in a file. */
  public static Certificate[] read(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(in)
          .toArray(Certificate[]::new);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** TLS of a client that trusts an authority, and shows nothing. */
  public static SSLContext trusting(Path authority) throws IOException {
    return context(authority, null);
  }

  /** TLS of a client that trusts an authority, and shows this. */
  public SSLContext shownTo(Path authority) throws IOException {
    return context(authority, this);
  }

  private static SSLContext context(Path authority, Pem own) throws IOException {
    try {
      var trust = store();
      trust.setCertificateEntry("ca", read(authority)[0]);
      var trusted = TrustManagerFactory.getInstance("PKIX");
      trusted.init(trust);
      var context = SSLContext.getInstance("TLS");
      context.init(own == null ? null : own.keyManagers(), trusted.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private KeyManager[] keyManagers() throws IOException, GeneralSecurityException {
    var der =
        Base64.getMimeDecoder()
            .decode(Files.readString(key).replaceAll("-----[A-Z ]+-----", "").strip());
    var secret = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    var store = store();
    store.setKeyEntry("own", secret, new char[0], read(certificate));
    // Shows what it has when the server names the certificate's issuer.
    var keys = KeyManagerFactory.getInstance("SunX509");
    keys.init(store, new char[0]);
    return keys.getKeyManagers();
  }

  private static KeyStore store() throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
