package io.muster.localstack;

/**
 * Something that the user can put right; the message says what and how, and is all that is printed.
 */
public final class UserMistake extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message one line or few, complete sentences
   */
  public UserMistake(String message) {
    super(message);
  }

  /**
   * @param message one line or few, complete sentences
   * @param cause kept for a debugger; never printed
   */
  public UserMistake(String message, Throwable cause) {
    super(message, cause);
  }
}
