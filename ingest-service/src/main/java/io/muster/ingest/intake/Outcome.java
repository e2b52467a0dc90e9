package io.muster.ingest.intake;

import io.muster.ingest.intake.Outcome.Refused.Shortage;

/** What became of a publication. Whatever it is, the message is off the endpoint's hands. */
public sealed interface Outcome {
  /** Committed: as rows, or in the outbox for the service that owns the topic. */
  enum Kept implements Outcome {
    KEPT
  }

  /**
   * Committed to the dead letters, since it cannot be understood or is not wanted.
   *
   * @param reason why
   */
  record DeadLettered(DeadLetterReason reason) implements Outcome {}

  /**
   * Not kept, and the client is told so where it can be; only QoS 0 is ever shed.
   *
   * @param shortage of what
   */
  record Refused(Shortage shortage) implements Outcome {
    /** What there was too little of. */
    public enum Shortage {
      MEMORY,
      DATABASE,
      QUARANTINED,
      /** Of what the device may send; said by the endpoint, never by the intake. */
      QUOTA
    }
  }

  static Outcome kept() {
    return Kept.KEPT;
  }

  static Outcome deadLettered(DeadLetterReason reason) {
    return new DeadLettered(reason);
  }

  static Outcome refused(Shortage shortage) {
    return new Refused(shortage);
  }
}
