package io.muster.registry.verification;

import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.registry.credentials.GeneratedSecret;
import io.muster.registry.verification.Finding.Disproven;
import io.muster.registry.verification.Finding.Proven;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;

/** Looks at a secret that a device shows. Thread-safe. */
@ApplicationScoped
class SecretCheck {
  private final Clock clock;

  SecretCheck(Clock clock) {
    this.clock = clock;
  }

  Finding check(KnownDevice device, String shown) {
    var secrets = device.secrets();
    if (secrets.isEmpty()) {
      return new Disproven(Reason.NO_SUCH_CREDENTIAL);
    }
    var secret = new GeneratedSecret(shown == null ? "" : shown);
    KnownCredential.OfSecret found = null;
    for (var candidate : secrets) {
      // Not left early, so that the time tells nothing about which one matched.
      if (secret.matches(candidate.sha256())) {
        found = candidate;
      }
    }
    return found == null ? new Disproven(Reason.WRONG_SECRET) : judged(found, clock.instant());
  }

  private static Finding judged(KnownCredential.OfSecret secret, Instant now) {
    var standing = secret.standing();
    if (standing.over(now)) {
      return new Disproven(Reason.CREDENTIAL_EXPIRED);
    }
    return standing.begun(now)
        ? new Proven(secret, standing.notAfter())
        : new Disproven(Reason.CREDENTIAL_NOT_YET_VALID);
  }
}
