package io.muster.localstack.stack;

import io.muster.localstack.files.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * At most one supervisor for each folder. The operating system takes the lock back when its owner
 * dies, so that it is never stale.
 */
final class StackLock implements AutoCloseable {
  private final FileChannel channel;
  private final RunFolder run;

  private StackLock(FileChannel channel, RunFolder run) {
    this.channel = channel;
    this.run = run;
  }

  /** What its owner alone may write. */
  RunFolder run() {
    return run;
  }

  /**
   * Takes it; empty when another process has it.
   *
   * @throws UncheckedIOException when the file cannot be made
   */
  static Optional<StackLock> take(Path run) {
    try {
      PrivateFiles.folder(run);
      var file = run.resolve("lock");
      var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (locks(channel)) {
        return Optional.of(new StackLock(channel, new RunFolder(run)));
      }
      channel.close();
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + run, e);
    }
  }

  /**
   * Whether another process has it now.
   *
   * @throws UncheckedIOException when the file cannot be made
   */
  static boolean isTaken(Path run) {
    var taken = take(run);
    taken.ifPresent(StackLock::close);
    return taken.isEmpty();
  }

  private static boolean locks(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException byThisProcess) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unlock", e);
    }
  }
}
