package io.muster.registry.verification;

import io.muster.contract.registry.VerifyAnswer.Reason;
import java.time.Instant;

/** What the look at a proof found. */
sealed interface Finding {

  /**
   * The proof holds.
   *
   * @param credential which of the device's credentials it was
   * @param validUntil when a connection must end; null: never
   */
  record Proven(KnownCredential credential, Instant validUntil) implements Finding {}

  /** It does not. */
  record Disproven(Reason reason) implements Finding {}
}
