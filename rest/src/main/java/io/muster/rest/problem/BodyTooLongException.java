package io.muster.rest.problem;

import java.io.IOException;

/**
 * A body went on beyond what is read. An {@link IOException}, since readers of JSON let those
 * through as they are; without a stack trace, as it is no fault.
 */
final class BodyTooLongException extends IOException {
  private final long most;

  /**
   * @param most bytes
   */
  BodyTooLongException(long most) {
    super("longer than " + most + " bytes");
    this.most = most;
  }

  Refusal.TooLarge refusal() {
    return refusal(most);
  }

  static Refusal.TooLarge refusal(long most) {
    return new Refusal.TooLarge("The body is longer than %d bytes.".formatted(most));
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
