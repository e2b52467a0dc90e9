package io.muster.localstack.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.SettableClock;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalAuthorityTest {
  private static final int DNS = 2;
  private static final int ADDRESS = 7;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-06-01T00:00:00Z"));

  @TempDir Path folder;

  @Test
  void theServerIsSignedByTheAuthorityForLocalNames() throws Exception {
    var authority = prepared();
    var server = certificate(authority.serverCertificate());
    server.verify(certificate(authority.authorityCertificate()).getPublicKey());
    var names = server.getSubjectAlternativeNames();
    assertTrue(names.contains(List.of(DNS, "localhost")), names.toString());
    assertTrue(names.contains(List.of(ADDRESS, "127.0.0.1")), names.toString());
  }

  @Test
  void theServerIsKnownByTheNameAndTheAddressesOfThisMachine() throws Exception {
    var names = certificate(prepared().serverCertificate()).getSubjectAlternativeNames();
    var host = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
    assertTrue(names.contains(List.of(DNS, host)), host + " is not among " + names);
    var addresses =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> !address.isLinkLocalAddress())
            .filter(Inet4Address.class::isInstance)
            .map(InetAddress::getHostAddress)
            .toList();
    for (var address : addresses) {
      assertTrue(names.contains(List.of(ADDRESS, address)), address + " is not among " + names);
    }
  }

  @Test
  void theKeyIsPrivateAndInPkcs8() throws Exception {
    var authority = prepared();
    var mode = Files.getPosixFilePermissions(authority.serverKey());
    assertEquals("rw-------", PosixFilePermissions.toString(mode));
    var body = Files.readString(authority.serverKey()).replaceAll("-----[A-Z ]+-----|\\s", "");
    var key = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body));
    assertEquals("EC", KeyFactory.getInstance("EC").generatePrivate(key).getAlgorithm());
  }

  @Test
  void theAuthoritysOwnKeyIsKeptNowhere() throws Exception {
    prepared();
    try (var files = Files.list(folder)) {
      var names = files.map(file -> file.getFileName().toString()).sorted().toList();
      assertEquals(List.of("ca.crt", "server.crt", "server.key"), names);
    }
  }

  @Test
  void isKeptWhileItIsGoodAndMadeAnewBeforeItEnds() throws Exception {
    var authority = prepared();
    var first = Files.readString(authority.serverCertificate());
    clock.advance(Duration.ofDays(700));
    authority.prepare(clock);
    assertEquals(first, Files.readString(authority.serverCertificate()));
    clock.advance(Duration.ofDays(100));
    authority.prepare(clock);
    assertNotEquals(first, Files.readString(authority.serverCertificate()));
  }

  private LocalAuthority prepared() throws IOException {
    var authority = new LocalAuthority(folder);
    authority.prepare(clock);
    return authority;
  }

  private static X509Certificate certificate(Path file) throws Exception {
    try (var content = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(content);
    }
  }
}
