package io.muster.rest.problem;

/** Carries a {@link Refusal} to the one mapper; without a stack trace, as it is no fault. */
public final class RefusedException extends RuntimeException {
  private final transient Refusal refusal;

  RefusedException(Refusal refusal) {
    super(refusal.toString(), null, false, false);
    this.refusal = refusal;
  }

  /** What is refused, and why. */
  public Refusal refusal() {
    return refusal;
  }
}
