package io.muster.localstack.stack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Keeps each log file below a bound: a large one is copied to {@code ….log.1} and emptied. The
 * processes have theirs open for appending, so they go on at its new end; what is written in the
 * instant between is lost.
 */
final class LogRotation implements AutoCloseable {
  private static final long MOST_BYTES = 20L << 20;
  private static final Duration LOOK_EVERY = Duration.ofSeconds(30);

  private final Path logs;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("log-rotation").factory());

  LogRotation(Path logs) {
    this.logs = logs;
  }

  void start() {
    timer.scheduleWithFixedDelay(
        () -> rotateLarge(MOST_BYTES), 0, LOOK_EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  void rotateLarge(long mostBytes) {
    try (var files = Files.newDirectoryStream(logs, "*.log")) {
      for (var file : files) {
        if (Files.size(file) > mostBytes) {
          rotate(file);
        }
      }
    } catch (IOException e) {
      // Looked at again in half a minute; a log is not worth ending for.
    }
  }

  private static void rotate(Path file) throws IOException {
    Files.copy(
        file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
    FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING).close();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
