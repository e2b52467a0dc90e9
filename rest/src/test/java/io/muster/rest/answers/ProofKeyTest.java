package io.muster.rest.answers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProofKeyTest {
  private static final DeviceAddress D1 = DeviceAddress.of("acme", "d1");
  private final ProofKey.Maker keys = new ProofKey.Maker();

  @Test
  void theSameProofOfTheSameDeviceHasTheSameKey() {
    assertEquals(
        keys.of(D1, new CredentialProof.Secret("s")), keys.of(D1, new CredentialProof.Secret("s")));
  }

  @Test
  void whatDiffersHasAnotherKey() {
    var d2 = DeviceAddress.of("acme", "d2");
    var different =
        Set.of(
            keys.of(D1, new CredentialProof.Secret("s")),
            keys.of(d2, new CredentialProof.Secret("s")),
            keys.of(null, new CredentialProof.Secret("s")),
            keys.of(D1, new CredentialProof.Token("s")),
            keys.of(D1, new CredentialProof.Certificate(List.of("s"))),
            keys.of(D1, new CredentialProof.Certificate(List.of("s", ""))),
            keys.of(D1, new CredentialProof.Certificate(List.of("", "s"))));
    assertEquals(7, different.size());
  }

  @Test
  void aKeyHoldsNoSecretAndIsOfNoUseElsewhere() {
    var key = keys.of(D1, new CredentialProof.Secret("hush"));
    assertFalse(key.toString().contains("hush"));
    assertNotEquals(key, new ProofKey.Maker().of(D1, new CredentialProof.Secret("hush")));
  }
}
