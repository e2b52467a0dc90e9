package io.muster.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Of which sources the programs were built, as far as git tells. */
final class SourceCommit {
  private static final long SECONDS = 10;

  /** The runs before this one wrote there. */
  private static final String RESULTS = "benchmarks/results";

  private SourceCommit() {}

  /** The commit's short name, with {@code + changes} when files but reports differ from it. */
  static String of(Path checkout) {
    var commit = git(checkout, "rev-parse", "--short", "HEAD");
    if (commit.isEmpty()) {
      return "unknown";
    }
    var changes = git(checkout, "status", "--porcelain", "--", ".", ":!" + RESULTS);
    return changes.isEmpty() ? commit : commit + " + changes";
  }

  private static String git(Path checkout, String... arguments) {
    var command = new ArrayList<>(List.of("git", "-C", checkout.toString()));
    command.addAll(List.of(arguments));
    try {
      var git = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      var output = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor(SECONDS, TimeUnit.SECONDS) && git.exitValue() == 0 ? output : "";
    } catch (IOException noGit) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
