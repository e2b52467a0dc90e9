package io.muster.localstack.process;

import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;

/**
 * What this process does when Ctrl-C or SIGTERM ends it: something orderly, which gives the exit
 * code. Closing takes that back, so that a failure ends the process with a code of its own.
 */
public final class OnSignal implements AutoCloseable {
  private static final int FAILED = 1;

  private final Thread hook;

  private OnSignal(Thread hook) {
    this.hook = hook;
  }

  /**
   * @param orderly runs in a shutdown hook: the JVM waits for it, and ends with its result
   */
  public static OnSignal end(IntSupplier orderly) {
    var hook = new Thread(() -> endNow(orderly), "end");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException endingAlready) {
      awaitEnd();
    }
    return new OnSignal(hook);
  }

  /** Does not return. */
  public static void awaitEnd() {
    while (true) {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        // The end comes all the same.
      }
    }
  }

  /** Returns only when no signal has come: what fails after one fails because of it. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      awaitEnd();
    }
  }

  private static void endNow(IntSupplier orderly) {
    var code = FAILED;
    try {
      code = orderly.getAsInt();
    } catch (RuntimeException | Error e) {
      System.err.println("The end was not orderly: " + e);
    } finally {
      Runtime.getRuntime().halt(code);
    }
  }
}
