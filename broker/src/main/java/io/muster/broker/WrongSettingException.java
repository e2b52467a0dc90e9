package io.muster.broker;

/** A setting that cannot be used. The message is one line, fit for whoever wrote the setting. */
public final class WrongSettingException extends RuntimeException {
  WrongSettingException(String message) {
    super(message);
  }
}
