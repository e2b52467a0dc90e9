package io.muster.ingest.access;

import io.muster.contract.registry.VerifyAnswer;
import java.time.Instant;

/** The answer to a client that wants to connect. */
public sealed interface Admission {
  /**
   * It may, until its credential ends.
   *
   * @param answer what the registry said
   */
  record Granted(VerifyAnswer.Allowed answer) implements Admission {
    /** When the connection must end, or null. */
    public Instant validUntil() {
      return answer.validUntil();
    }
  }

  /** It may not (MQTT 5 reason 0x87 or 0x86; the reason stays here). */
  record Denied(VerifyAnswer.Reason reason) implements Admission {}

  /** Nobody can tell: the registry is away and has not vouched for it of late (reason 0x88). */
  record Unavailable() implements Admission {}
}
