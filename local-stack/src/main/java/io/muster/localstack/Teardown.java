package io.muster.localstack;

/** Ends what tests have begun. */
public final class Teardown {
  private Teardown() {}

  /**
   * Closes all, in this order.
   *
   * @param parts null for what did not come to be
   * @throws IllegalStateException when one cannot be closed; those after it are left
   */
  public static void closeAll(AutoCloseable... parts) {
    for (var part : parts) {
      try {
        if (part != null) {
          part.close();
        }
      } catch (Exception e) {
        throw new IllegalStateException("the stack does not end", e);
      }
    }
  }
}
