package io.muster.firmware.targets;

/** Whether somebody is the device that it says it is. */
public sealed interface Holder {

  /** It is, and may take part. */
  record Of(Target target) implements Holder {}

  /** It showed who it is, and may not take part: the device or its tenant is switched off. */
  record KeptOut() implements Holder {}

  /** What it showed does not hold. */
  record Nobody() implements Holder {}
}
