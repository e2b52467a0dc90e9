package io.muster.registry.issuing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.DeviceCertificates;
import io.muster.registry.DeviceKeys;
import io.muster.registry.SigningRequests;
import io.muster.registry.issuing.SigningRequest.UnfitRequestException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SigningRequestTest {
  @Test
  void aRequestOfEachKindOfKeyIsRead() throws UnfitRequestException {
    var p256 = DeviceKeys.p256();
    assertEquals(
        p256.getPublic(), SigningRequest.read(SigningRequests.of(p256, "SHA256withECDSA")).key());
    SigningRequest.read(SigningRequests.of(DeviceKeys.p384(), "SHA384withECDSA"));
    SigningRequest.read(SigningRequests.of(DeviceKeys.ed25519(), "Ed25519"));
    SigningRequest.read(SigningRequests.of(DeviceKeys.rsa(2048), "SHA256withRSA"));
  }

  @Test
  void whoDoesNotHoldTheKeyGetsNoCertificateForIt() {
    var foreign = DeviceKeys.p256().getPublic();
    assertUnfit("signed", SigningRequests.of(foreign, DeviceKeys.p256(), "SHA256withECDSA"));
  }

  @Test
  void weakSignaturesAndKeysAreRefused() {
    assertUnfit("signed", SigningRequests.of(DeviceKeys.p256(), "SHA1withECDSA"));
    assertUnfit("key of another kind", SigningRequests.of(DeviceKeys.rsa(1024), "SHA256withRSA"));
  }

  @Test
  void whatIsNoRequestIsRefused() {
    var good = SigningRequests.of(DeviceKeys.p256(), "SHA256withECDSA");
    var begin = "-----BEGIN CERTIFICATE REQUEST-----";
    var end = "-----END CERTIFICATE REQUEST-----";
    for (var text :
        List.of(
            "",
            "x",
            begin,
            begin + "\n" + end,
            begin + "\nAAAA\n" + end,
            begin + "\n!!!!\n" + end,
            begin + "\n" + "MIIB".repeat(100) + "\n" + end,
            good.replaceFirst("\nMI", "\nMJ"),
            "x".repeat(20_000),
            DeviceCertificates.pem(DeviceCertificates.usual().make()))) {
      assertThrows(UnfitRequestException.class, () -> SigningRequest.read(text), text);
    }
  }

  private static void assertUnfit(String expected, String text) {
    var unfit = assertThrows(UnfitRequestException.class, () -> SigningRequest.read(text));
    assertTrue(unfit.getMessage().contains(expected), unfit.getMessage());
  }
}
