package io.muster.registry.issuing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.registry.DeviceCertificates;
import io.muster.registry.DeviceKeys;
import io.muster.registry.TestAuthority;
import io.muster.registry.credentials.CertificateText;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class IssuingAuthorityTest {
  /** Later than any of these tests makes its authority, which is not valid long before that. */
  private static final Instant NOW = Instant.now().plusSeconds(3_600);

  private static final DeviceAddress DEVICE = DeviceAddress.of("demo", "sensor-1");

  private final TestAuthority root = TestAuthority.root("installation");

  @Test
  void aDevicesCertificateIsForTlsClientsAndForNothingElse() throws Exception {
    var keys = DeviceKeys.p256();
    var der = authority().issue(DEVICE, keys.getPublic(), NOW, Duration.ofHours(2));
    var made = CertificateText.decoded(der);
    CertificateText.requireUse(made);
    made.verify(root.certificate().getPublicKey());
    assertEquals("CN=sensor-1,O=demo", made.getSubjectX500Principal().getName());
    assertEquals(keys.getPublic(), made.getPublicKey());
    assertEquals(-1, made.getBasicConstraints());
    assertFalse(made.getKeyUsage()[5]);
    assertEquals(List.of("1.3.6.1.5.5.7.3.2"), made.getExtendedKeyUsage());
    assertTrue(made.getNotBefore().toInstant().isBefore(NOW));
    assertEquals(
        NOW.plus(Duration.ofHours(2)).getEpochSecond(),
        made.getNotAfter().toInstant().getEpochSecond());
  }

  @Test
  void itIsNeverLongerThanItsAuthority() throws Exception {
    var der = authority().issue(DEVICE, DeviceKeys.p256().getPublic(), NOW, Duration.ofDays(1000));
    assertEquals(root.certificate().getNotAfter(), CertificateText.decoded(der).getNotAfter());
  }

  @Test
  void anAuthorityThatIsOverIssuesNothing() throws Exception {
    var authority = authority();
    var after = root.certificate().getNotAfter().toInstant().plusSeconds(1);
    assertThrows(
        GeneralSecurityException.class,
        () -> authority.issue(DEVICE, DeviceKeys.p256().getPublic(), after, Duration.ofHours(1)));
  }

  @Test
  void eachHasAnotherSerialNumber() throws Exception {
    var key = DeviceKeys.p256().getPublic();
    var one = CertificateText.decoded(authority().issue(DEVICE, key, NOW, Duration.ofHours(1)));
    var two = CertificateText.decoded(authority().issue(DEVICE, key, NOW, Duration.ofHours(1)));
    assertFalse(one.getSerialNumber().equals(two.getSerialNumber()));
    assertEquals(1, one.getSerialNumber().signum());
  }

  @Test
  void filesThatDoNotFitAreRefusedWithoutTheKeyInTheMessage() {
    var pem = DeviceCertificates.pem(root.certificate());
    var other = TestAuthority.root("installation");
    assertRefused("not that of the certificate", pem, other.keyPem());
    assertRefused("not that of an authority", DeviceCertificates.pem(root.device("a")), "");
    assertRefused("no PEM block 'PRIVATE KEY'", pem, "secret stuff");
    assertRefused("cannot be read", pem, root.keyPem().replace("\nM", "\nX"));
    assertRefused("CERTIFICATE", "x", root.keyPem());
  }

  private IssuingAuthority authority() throws GeneralSecurityException {
    return IssuingAuthority.read(DeviceCertificates.pem(root.certificate()), root.keyPem());
  }

  private static void assertRefused(String expected, String certificate, String key) {
    var refused =
        assertThrows(GeneralSecurityException.class, () -> IssuingAuthority.read(certificate, key));
    assertTrue(refused.getMessage().contains(expected), refused.getMessage());
    assertFalse(key.length() > 100 && refused.getMessage().contains(key.substring(40, 80)));
  }
}
