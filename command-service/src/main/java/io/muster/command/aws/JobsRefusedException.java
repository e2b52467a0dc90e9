package io.muster.command.aws;

/** Carries a refusal to whoever answers. Without a stack trace: devices cause it at will. */
final class JobsRefusedException extends RuntimeException {
  private final transient JobsRefusal refusal;

  JobsRefusedException(JobsRefusal refusal) {
    super(refusal.message(), null, false, false);
    this.refusal = refusal;
  }

  JobsRefusal refusal() {
    return refusal;
  }
}
