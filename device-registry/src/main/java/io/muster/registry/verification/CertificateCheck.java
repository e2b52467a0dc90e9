package io.muster.registry.verification;

import io.muster.contract.registry.CertificateBounds;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.registry.verification.Finding.Disproven;
import io.muster.registry.verification.Finding.Proven;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Base64;
import java.util.Optional;

/**
 * Looks at a certificate that was found by its fingerprint. Whoever asks vouches for the TLS
 * handshake, in which the client has shown that it holds the key. Of the chain the client's own
 * alone is looked at; the others matter when it is not registered yet. Thread-safe.
 */
@ApplicationScoped
class CertificateCheck {
  private final Clock clock;

  CertificateCheck(Clock clock) {
    this.clock = clock;
  }

  /** By which a proof's certificate is found; empty when it is none. */
  static Optional<byte[]> fingerprint(CredentialProof.Certificate proof) {
    try {
      var der = Base64.getDecoder().decode(proof.chain().getFirst());
      return Optional.of(CertificateBounds.fingerprint(der));
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  /**
   * @param holder with this one credential
   */
  Finding check(KnownDevice holder) {
    var certificate = holder.credentials().getFirst();
    var standing = certificate.standing();
    var now = clock.instant();
    if (standing.over(now)) {
      return new Disproven(Reason.CERTIFICATE_EXPIRED);
    }
    return standing.begun(now)
        ? new Proven(certificate, standing.notAfter())
        : new Disproven(Reason.CREDENTIAL_NOT_YET_VALID);
  }
}
