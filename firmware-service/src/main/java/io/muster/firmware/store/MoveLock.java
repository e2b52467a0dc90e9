package io.muster.firmware.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Held for the moment in which an object appears or goes: by one thread of one process at a time.
 * Without it a sweep could remove an object that the same bytes were just stored as again.
 */
final class MoveLock {

  private final Path file;
  // The kernel's lock is the process'; among its threads this one decides.
  private final ReentrantLock threads = new ReentrantLock();

  MoveLock(Path file) {
    this.file = file;
  }

  <T> T hold(Step<T> step) throws IOException {
    threads.lock();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock();
      return step.run();
    } finally {
      threads.unlock();
    }
  }

  /** What is done meanwhile. */
  interface Step<T> {
    T run() throws IOException;
  }
}
