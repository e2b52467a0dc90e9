package io.muster.systemtests.clients;

import io.muster.systemtests.stack.MusterCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the JavaScript client needs, installed under {@code target/} once for all tests. */
final class NodePackages {
  private static final long PATIENCE_SECONDS = 180;
  private static final List<String> FILES =
      List.of("package.json", "package-lock.json", "client.mjs");

  private static Path installed;

  private NodePackages() {}

  /**
   * The folder in which {@code client.mjs} runs.
   *
   * @throws AssertionError when npm fails, with what it said
   */
  static synchronized Path installed() {
    if (installed == null) {
      try {
        installed = install();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    return installed;
  }

  private static Path install() throws IOException, InterruptedException {
    var module = MusterCommand.findRoot().resolve("system-tests");
    var folder = Files.createDirectories(module.resolve("target").resolve("js"));
    for (var file : FILES) {
      Files.copy(
          module.resolve("src/test/js").resolve(file),
          folder.resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    var output = folder.resolve("npm.log").toFile();
    var npm =
        new ProcessBuilder(
                "npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    if (!npm.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      npm.destroyForcibly();
      throw new AssertionError("npm ci hangs: " + Files.readString(output.toPath()));
    }
    if (npm.exitValue() != 0) {
      throw new AssertionError("npm ci: " + Files.readString(output.toPath()));
    }
    return folder;
  }
}
