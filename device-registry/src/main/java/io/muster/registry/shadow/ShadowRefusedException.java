package io.muster.registry.shadow;

/** Carries a refusal to whoever answers. Without a stack trace: clients cause it at will. */
final class ShadowRefusedException extends RuntimeException {
  private final transient ShadowRefusal refusal;

  ShadowRefusedException(ShadowRefusal refusal) {
    super(refusal.message(), null, false, false);
    this.refusal = refusal;
  }

  ShadowRefusal refusal() {
    return refusal;
  }
}
