package io.muster.benchmarks.stack;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has to be closed, the youngest first. Closing may come from Ctrl-C while something is still
 * being started; what is added after that is closed at once. Thread-safe.
 */
final class Teardown implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private boolean closed;

  /**
   * Takes over something.
   *
   * @return the same
   * @throws IllegalStateException when everything has been closed
   */
  <T extends AutoCloseable> T add(T closeable) {
    synchronized (this) {
      if (!closed) {
        open.push(closeable);
        return closeable;
      }
    }
    closeQuietly(closeable);
    throw new IllegalStateException("stopped while starting");
  }

  /** Closes all; a second call waits for the first. */
  @Override
  public synchronized void close() {
    closed = true;
    while (!open.isEmpty()) {
      closeQuietly(open.pop());
    }
  }

  /** One that cannot be closed must not keep the others open. */
  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      System.err.println("cannot stop " + closeable + ": " + e);
    }
  }
}
