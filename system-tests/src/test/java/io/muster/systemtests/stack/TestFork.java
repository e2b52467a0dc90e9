package io.muster.systemtests.stack;

/** Which of the processes is this that run the system tests at the same time, each on its stack. */
public final class TestFork {
  private TestFork() {}

  /** From 1; 1 also when a class is run by itself. */
  public static int number() {
    return Integer.getInteger("muster.testFork", 1);
  }
}
