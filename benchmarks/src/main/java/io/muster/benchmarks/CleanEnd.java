package io.muster.benchmarks;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stops what a command has started when Ctrl-C ends the program in the midst of it. Whoever opens
 * it closes it when the command is over.
 */
final class CleanEnd implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CountDownLatch commandIsOver = new CountDownLatch(1);
  private final Thread hook;

  /**
   * @param stop stops everything; it is called once more when the command closes it itself
   */
  CleanEnd(Runnable stop) {
    var command = Thread.currentThread();
    hook =
        Thread.ofPlatform()
            .name("clean-end")
            .unstarted(
                () -> {
                  command.interrupt();
                  stop.run();
                  awaitCommand();
                });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** What the command was just starting is stopped by the command itself. */
  private void awaitCommand() {
    try {
      commandIsOver.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    commandIsOver.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // The program is ending: the hook is what made it come here.
    }
  }
}
