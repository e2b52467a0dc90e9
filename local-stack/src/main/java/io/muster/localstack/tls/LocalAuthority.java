package io.muster.localstack.tls;

import io.muster.localstack.files.PrivateFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.operator.OperatorCreationException;

/**
 * Certificates for the local device endpoint: a certificate authority that exists on this machine
 * only, and a server certificate from it. The authority's private key is thrown away as soon as it
 * has signed, so that nobody can make another certificate that users of {@code ca.crt} would
 * believe; when the server's is about to expire both are made anew.
 *
 * @param folder holds {@code ca.crt}, {@code server.crt} (with chain) and {@code server.key}
 *     (PKCS#8), all PEM
 */
public record LocalAuthority(Path folder) {
  private static final Duration LIFETIME = Duration.ofDays(825); // the most that macOS accepts
  private static final Duration RENEW_BEFORE = Duration.ofDays(30);

  /** With a letter, so that an address is none. */
  private static final Pattern HOST_NAME =
      Pattern.compile("(?=.*[a-z])[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

  /** What clients are told to trust. */
  public Path authorityCertificate() {
    return folder.resolve("ca.crt");
  }

  public Path serverCertificate() {
    return folder.resolve("server.crt");
  }

  public Path serverKey() {
    return folder.resolve("server.key");
  }

  /**
   * Makes the files unless they exist and are good for another month.
   *
   * @throws IOException when they can be neither read nor written
   */
  public void prepare(Clock clock) throws IOException {
    if (isGood(clock)) {
      return;
    }
    try {
      create(clock);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("cannot make certificates", e);
    }
  }

  private boolean isGood(Clock clock) {
    if (!Files.exists(authorityCertificate()) || !Files.exists(serverKey())) {
      return false;
    }
    try (var file = Files.newInputStream(serverCertificate())) {
      var certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(file);
      var end = certificate.getNotAfter().toInstant();
      return clock.instant().plus(RENEW_BEFORE).isBefore(end);
    } catch (IOException | GeneralSecurityException unreadable) {
      return false;
    }
  }

  private void create(Clock clock)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    var authorityName = new X500Principal("CN=Muster local stack");
    var authorityKeys = LocalCertificates.keys();
    var serverKeys = LocalCertificates.keys();
    var authority =
        LocalCertificates.signed(
            LocalCertificates.builder(authorityName, authorityName, authorityKeys, clock, LIFETIME)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign)),
            authorityKeys.getPrivate());
    var server =
        LocalCertificates.signed(
            LocalCertificates.builder(
                    authorityName, new X500Principal("CN=localhost"), serverKeys, clock, LIFETIME)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                .addExtension(Extension.subjectAlternativeName, false, localNames()),
            authorityKeys.getPrivate());
    PrivateFiles.write(
        serverKey(),
        LocalCertificates.pem("PRIVATE KEY", List.of(serverKeys.getPrivate().getEncoded())));
    PrivateFiles.write(
        serverCertificate(),
        LocalCertificates.pem("CERTIFICATE", List.of(server.getEncoded(), authority.getEncoded())));
    PrivateFiles.write(
        authorityCertificate(),
        LocalCertificates.pem("CERTIFICATE", List.of(authority.getEncoded())));
  }

  /**
   * What clients may call this machine: on it, and in the network where {@code --endpoint-host}
   * lets them in.
   */
  private static GeneralNames localNames() throws IOException {
    var names = new LinkedHashSet<GeneralName>();
    names.add(new GeneralName(GeneralName.dNSName, "localhost"));
    names.add(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
    names.add(new GeneralName(GeneralName.iPAddress, "::1"));
    hostName()
        .ifPresent(
            name -> {
              names.add(new GeneralName(GeneralName.dNSName, name));
              if (!name.contains(".")) {
                names.add(new GeneralName(GeneralName.dNSName, name + ".local"));
              }
            });
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
        .map(address -> new DEROctetString(address.getAddress()))
        .forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address)));
    return new GeneralNames(names.toArray(GeneralName[]::new));
  }

  /** Empty when the machine has none, or one that no certificate can hold. */
  private static Optional<String> hostName() {
    try {
      var name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
      return Optional.of(name).filter(HOST_NAME.asMatchPredicate());
    } catch (UnknownHostException unnamed) {
      return Optional.empty();
    }
  }
}
