package io.muster.systemtests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/** Which of the processes is this that run the system tests at the same time, each on its stack. */
public final class TestFork {
  private static final int MOST = 8;

  /** Held until this process ends, however it ends. */
  private static FileLock held;

  private static int number;

  private TestFork() {}

  /** From 1; no other process of this checkout has the same at the same time. */
  public static synchronized int number() {
    if (held == null) {
      take();
    }
    return number;
  }

  @SuppressWarnings("resource")
  private static void take() {
    var target = MusterCommand.findRoot().resolve("system-tests").resolve("target");
    try {
      Files.createDirectories(target);
      for (var next = 1; held == null && next <= MOST; next++) {
        var file = target.resolve("fork-" + next + ".lock");
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        held = channel.tryLock();
        number = next;
        if (held == null) {
          channel.close();
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    if (held == null) {
      throw new IllegalStateException("more than " + MOST + " processes run system tests here");
    }
  }
}
