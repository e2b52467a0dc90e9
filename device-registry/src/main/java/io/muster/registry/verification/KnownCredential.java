package io.muster.registry.verification;

import io.muster.contract.registry.VerifyAnswer.IssuedToken;
import io.muster.registry.credentials.KeyAlgorithm;
import java.time.Instant;
import java.util.UUID;

/** A credential, as far as verification needs it. */
sealed interface KnownCredential {
  UUID id();

  /** When it holds, and whether it was ever used. */
  Standing standing();

  /**
   * @param sha256 of the secret
   */
  record OfSecret(UUID id, Standing standing, byte[] sha256) implements KnownCredential {}

  /**
   * @param publicKey SubjectPublicKeyInfo, DER
   */
  record OfKey(UUID id, Standing standing, KeyAlgorithm algorithm, byte[] publicKey)
      implements KnownCredential {}

  /** A certificate; which one was asked for says it all. */
  record OfCertificate(UUID id, Standing standing) implements KnownCredential {}

  /**
   * A token that the registry gave out.
   *
   * @param id of the credential that it was got with; of the key that signed it, when an operator
   *     got it
   * @param token what it says of itself
   */
  record OfIssuedToken(UUID id, Standing standing, IssuedToken token) implements KnownCredential {}

  /**
   * @param notBefore null: since its creation
   * @param notAfter null: for ever
   * @param used whether a device has shown it before
   */
  record Standing(Instant notBefore, Instant notAfter, boolean used) {
    boolean begun(Instant now) {
      return notBefore == null || !now.isBefore(notBefore);
    }

    boolean over(Instant now) {
      return notAfter != null && !now.isBefore(notAfter);
    }

    boolean holds(Instant now) {
      return begun(now) && !over(now);
    }
  }
}
