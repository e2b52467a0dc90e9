package io.muster.localstack.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path folder;

  @Test
  void isAnAuthorityWhoseKeyOthersCannotRead() throws Exception {
    var authority = new DeviceAuthority(folder.resolve("devices"));
    authority.prepare(at(NOW));
    var certificate = certificate();
    assertTrue(certificate.getBasicConstraints() >= 0);
    assertTrue(certificate.getKeyUsage()[5], "keyCertSign");
    certificate.checkValidity(Date.from(NOW.plus(Duration.ofDays(3_000))));
    certificate.verify(certificate.getPublicKey());
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file("key"))));
  }

  @Test
  void staysTheSame() throws Exception {
    var authority = new DeviceAuthority(folder.resolve("devices"));
    authority.prepare(at(NOW));
    var before = Files.readAllBytes(file("crt"));
    authority.prepare(at(NOW.plus(Duration.ofDays(400))));
    assertArrayEquals(before, Files.readAllBytes(file("crt")));
  }

  @Test
  void theRegistryIsToldWhereItIs() {
    var environment = new DeviceAuthority(folder.resolve("devices")).environment();
    assertEquals(
        file("crt").toString(), environment.get("MUSTER_REGISTRY_ISSUING_CERTIFICATE_FILE"));
    assertEquals(file("key").toString(), environment.get("MUSTER_REGISTRY_ISSUING_KEY_FILE"));
  }

  private Path file(String ending) {
    return folder.resolve("devices").resolve("issuing." + ending);
  }

  private X509Certificate certificate() throws Exception {
    try (var in = Files.newInputStream(file("crt"))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static Clock at(Instant instant) {
    return Clock.fixed(instant, ZoneOffset.UTC);
  }
}
