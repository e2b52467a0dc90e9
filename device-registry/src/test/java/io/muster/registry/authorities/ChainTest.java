package io.muster.registry.authorities;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceId;
import io.muster.contract.registry.CredentialProof;
import io.muster.registry.DeviceCertificates;
import io.muster.registry.DeviceKeys;
import io.muster.registry.TestAuthority;
import io.muster.registry.credentials.CertificateText.UnfitCertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

class ChainTest {
  /** Later than any of these tests makes its authority, which is not valid long before that. */
  private static final Instant NOW = Instant.now().plusSeconds(3_600);

  private static final Instant YESTERDAY = NOW.minusSeconds(86_400);

  private final TestAuthority root = TestAuthority.root("factory");

  @Test
  void anAuthorityVouchesForWhatItSigned() {
    var own = root.device("sensor-1");
    assertTrue(vouches(root, own));
    assertTrue(vouches(root, own, root.certificate()));
    assertEquals(Optional.of(new DeviceId("sensor-1")), chain(own).device());
  }

  @Test
  void itVouchesThroughThoseBelowIt() {
    var line = root.below("line-1", 0);
    var own = line.device("sensor-1");
    assertTrue(vouches(root, own, line.certificate()));
    assertTrue(vouches(root, own, line.certificate(), root.certificate()));
    assertTrue(vouches(line, own));
    assertFalse(vouches(root, own));
  }

  @Test
  void anotherAuthorityOfTheSameNameDoesNot() {
    assertFalse(vouches(TestAuthority.root("factory"), root.device("sensor-1")));
    var thief = TestAuthority.root("factory");
    assertFalse(vouches(root, thief.device("sensor-1"), root.certificate()));
  }

  @Test
  void aDeviceIsNoAuthority() {
    var keys = DeviceKeys.p256();
    var device =
        TestAuthority.root(TestAuthority.wanted("CN=thief").usage(KeyUsage.digitalSignature), keys);
    var signedByADevice = device.device("sensor-1");
    assertFalse(vouches(root, signedByADevice, root.device("thief")));
    var plain = root.issue(TestAuthority.wanted("CN=thief"));
    assertFalse(vouches(root, signedByADevice, plain));
  }

  @Test
  void pathsAreNoLongerThanAllowed() {
    var strict = TestAuthority.root("strict", 0);
    var below = strict.below("below", null);
    assertTrue(vouches(strict, strict.device("sensor-1")));
    assertFalse(vouches(strict, below.device("sensor-1"), below.certificate()));
    var line = root.below("line", 0);
    var tooDeep = line.below("deep", null);
    assertFalse(
        vouches(root, tooDeep.device("sensor-1"), tooDeep.certificate(), line.certificate()));
  }

  @Test
  void whatIsOverOrNotYetValidIsNot() {
    var over =
        root.issue(TestAuthority.wanted("CN=a").period(YESTERDAY.minusSeconds(60), YESTERDAY));
    assertFalse(vouches(root, over));
    assertTrue(chain(over).isOver(NOW));
    var early =
        root.issue(
            TestAuthority.wanted("CN=a").period(NOW.plusSeconds(600), NOW.plusSeconds(1200)));
    assertFalse(vouches(root, early));
    assertFalse(chain(early).isOver(NOW));
    var own = root.device("a");
    assertFalse(
        chain(own)
            .isVouchedBy(
                new AuthorityCertificate(root.certificate(), "CN=factory"),
                root.certificate().getNotAfter().toInstant().plusSeconds(1)));
  }

  @Test
  void aCertificateIsForTlsClients() {
    assertFalse(
        vouches(
            root, root.issue(TestAuthority.wanted("CN=a").purpose(KeyPurposeId.id_kp_serverAuth))));
    assertFalse(
        vouches(root, root.issue(TestAuthority.wanted("CN=a").usage(KeyUsage.keyEncipherment))));
    assertFalse(vouches(root, root.issue(TestAuthority.wanted("CN=a").authority(null))));
    assertFalse(vouches(root, root.certificate()));
  }

  @Test
  void theDeviceIsTheOneCommonName() {
    assertEquals(
        Optional.of(new DeviceId("sensor-1")),
        chain(root.issue(TestAuthority.wanted("CN=sensor-1,OU=line 1,O=Acme"))).device());
    for (var none :
        List.of("O=Acme", "CN=a,CN=b", "CN=a+CN=b", "CN=provision", "CN=a/b", "CN=a b", "CN=\\#")) {
      assertEquals(Optional.empty(), chain(root.issue(TestAuthority.wanted(none))).device(), none);
    }
  }

  @Test
  void whatCannotBeReadOrCostsTooMuchIsNoChain() {
    assertTrue(Chain.read(new CredentialProof.Certificate(List.of("!"))).isEmpty());
    assertTrue(Chain.read(new CredentialProof.Certificate(List.of("AAAA"))).isEmpty());
    var weak = DeviceCertificates.of(DeviceKeys.rsa(1024)).make();
    var proof =
        new CredentialProof.Certificate(
            List.of(DeviceCertificates.base64(root.device("a")), DeviceCertificates.base64(weak)));
    assertTrue(Chain.read(proof).isEmpty());
  }

  @Test
  void onlyAnAuthoritysCertificateIsRegisteredAsOne() throws UnfitCertificateException {
    AuthorityCertificate.read(DeviceCertificates.pem(root.certificate()), NOW);
    var keys = DeviceKeys.p256();
    for (var wanted :
        List.of(
            TestAuthority.wanted("CN=a"),
            TestAuthority.wanted("CN=a").authority(null).usage(KeyUsage.digitalSignature),
            TestAuthority.wanted("CN=a")
                .authority(null)
                .period(YESTERDAY.minusSeconds(60), YESTERDAY))) {
      var pem = DeviceCertificates.pem(TestAuthority.root(wanted, keys).certificate());
      assertThrows(UnfitCertificateException.class, () -> AuthorityCertificate.read(pem, NOW));
    }
  }

  @Test
  void possessionIsProvenByTheCodeAlone() {
    var authority = new AuthorityCertificate(root.certificate(), "CN=factory");
    var code = "0123456789abcdef";
    assertTrue(authority.isProvenBy(root.issue(TestAuthority.wanted("CN=" + code)), code, NOW));
    assertFalse(authority.isProvenBy(root.issue(TestAuthority.wanted("CN=other")), code, NOW));
    var thief = TestAuthority.root("factory");
    assertFalse(authority.isProvenBy(thief.issue(TestAuthority.wanted("CN=" + code)), code, NOW));
    var over =
        root.issue(
            TestAuthority.wanted("CN=" + code).period(YESTERDAY.minusSeconds(60), YESTERDAY));
    assertFalse(authority.isProvenBy(over, code, NOW));
  }

  private static boolean vouches(TestAuthority authority, X509Certificate... shown) {
    return chain(shown)
        .isVouchedBy(new AuthorityCertificate(authority.certificate(), "CN=authority"), NOW);
  }

  private static Chain chain(X509Certificate... shown) {
    var proof =
        new CredentialProof.Certificate(
            Arrays.stream(shown).map(DeviceCertificates::base64).toList());
    return Chain.read(proof).orElseThrow();
  }
}
