package io.muster.localstack.device;

/** Hears what a device does about commands, on any thread. */
public interface CommandEvents {
  /** A command came for the first time. */
  void taken();

  /** One came that it has had, and was not acted on again. */
  void cameAgain();

  /** The PUBACK of an answer came. */
  void answered();

  /** It cannot hear commands. */
  void unheard(String reason);
}
