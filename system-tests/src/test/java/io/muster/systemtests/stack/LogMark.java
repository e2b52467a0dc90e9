package io.muster.systemtests.stack;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** What a process writes from here on, so that an earlier line proves nothing. */
public final class LogMark {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final RunningStack stack;
  private final String process;
  private final int before;

  LogMark(RunningStack stack, String process) {
    this.stack = stack;
    this.process = process;
    this.before = stack.log(process).length();
  }

  /** The lines since. */
  public List<String> lines() {
    var log = stack.log(process);
    return log.substring(Math.min(before, log.length())).lines().toList();
  }

  /** Waits for one line with all of these parts. */
  public void awaitLine(String... parts) {
    await("a line of %s with %s".formatted(process, List.of(parts)))
        .atMost(SOON)
        .until(
            () -> lines().stream().anyMatch(line -> Arrays.stream(parts).allMatch(line::contains)));
  }

  /** Throws when a credential was written down. */
  public void assertNever(String credential) {
    assertFalse(
        lines().stream().anyMatch(line -> line.contains(credential)),
        "a credential is in the log of " + process);
  }
}
