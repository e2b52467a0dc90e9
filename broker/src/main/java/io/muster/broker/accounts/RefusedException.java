package io.muster.broker.accounts;

/** A client may not connect. */
final class RefusedException extends Exception {
  private final Refusal refusal;

  RefusedException(Refusal refusal) {
    // An everyday answer, not a fault: no stack trace is taken.
    super(refusal.label(), null, false, false);
    this.refusal = refusal;
  }

  Refusal refusal() {
    return refusal;
  }
}
