package io.muster.contract.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class CredentialProofTest {

  @Test
  void aChainWithinTheBoundsIsTakenHoweverItIsDivided() {
    for (int count = 1; count <= CertificateBounds.MAX_CHAIN_CERTIFICATES; count++) {
      var each = new byte[CertificateBounds.MAX_CHAIN_BYTES / count];
      var chain = Collections.nCopies(count, Base64.getEncoder().encodeToString(each));
      assertEquals(chain, new CredentialProof.Certificate(chain).chain());
    }
  }

  @Test
  void aChainOfNothingOrTooMuchIsRefused() {
    for (var chain :
        Arrays.asList(
            null,
            List.<String>of(),
            Collections.nCopies(CertificateBounds.MAX_CHAIN_CERTIFICATES + 1, "MIIB"),
            List.of("A".repeat(2 * CertificateBounds.MAX_CHAIN_BYTES)))) {
      assertThrows(IllegalArgumentException.class, () -> new CredentialProof.Certificate(chain));
    }
  }

  @Test
  void aSecretDoesNotShowWhenPrinted() {
    assertEquals("Secret[…]", new CredentialProof.Secret("tell-nobody").toString());
  }
}
