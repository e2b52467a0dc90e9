package io.muster.localstack.tls;

import io.muster.localstack.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.operator.OperatorCreationException;

/**
 * The authority with which the local registry makes certificates for devices. Made once: those that
 * it has issued are registered one by one, so nothing depends on its being renewed.
 *
 * @param folder holds {@code issuing.crt} and {@code issuing.key} (PKCS#8), both PEM
 */
public record DeviceAuthority(Path folder) {
  private static final Duration LIFETIME = Duration.ofDays(3_650);

  /**
   * Makes the files unless they exist.
   *
   * @throws IOException when they cannot be written
   */
  public void prepare(Clock clock) throws IOException {
    if (Files.exists(certificate()) && Files.exists(key())) {
      return;
    }
    try {
      create(clock);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("cannot make the devices' authority", e);
    }
  }

  private void create(Clock clock)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    var name = new X500Principal("CN=Muster local devices");
    var keys = LocalCertificates.keys();
    var certificate =
        LocalCertificates.signed(
            LocalCertificates.builder(name, name, keys, clock, LIFETIME)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign)),
            keys.getPrivate());
    PrivateFiles.write(
        key(), LocalCertificates.pem("PRIVATE KEY", List.of(keys.getPrivate().getEncoded())));
    PrivateFiles.write(
        certificate(), LocalCertificates.pem("CERTIFICATE", List.of(certificate.getEncoded())));
  }

  /** What the registry is told in its environment. */
  public Map<String, String> environment() {
    return Map.of(
        "MUSTER_REGISTRY_ISSUING_CERTIFICATE_FILE", certificate().toString(),
        "MUSTER_REGISTRY_ISSUING_KEY_FILE", key().toString());
  }

  private Path certificate() {
    return folder.resolve("issuing.crt");
  }

  private Path key() {
    return folder.resolve("issuing.key");
  }
}
