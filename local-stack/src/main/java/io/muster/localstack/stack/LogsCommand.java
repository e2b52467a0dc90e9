package io.muster.localstack.stack;

import io.muster.localstack.Surroundings;
import io.muster.localstack.UserMistake;
import io.muster.localstack.process.LogTail;
import io.muster.localstack.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./muster logs}. */
@Command(
    name = "logs",
    header = "Shows the end of the logs.",
    description = "Shows the end of the logs, of one process or of all.")
public final class LogsCommand implements Callable<Integer> {
  private static final long LOOK_EVERY_MILLIS = 200;
  private static final String SUFFIX = ".log";

  private final Supplier<Surroundings> surroundings;

  @Parameters(
      arity = "0..1",
      paramLabel = "PROCESS",
      description = "Such as ingest, registry, broker, postgres, supervisor (default: all).")
  private String process;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on showing what is added, until Ctrl-C.")
  private boolean follow;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      defaultValue = "50",
      description = "How many lines of each (default: ${DEFAULT-VALUE}).")
  private int lines;

  /**
   * @param surroundings what it works in
   */
  public LogsCommand(Supplier<Surroundings> surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    var around = surroundings.get();
    var files = files(around.home().logs());
    var followed = new ArrayList<Followed>();
    for (var file : files) {
      var name = files.size() == 1 ? "" : "%-10s | ".formatted(name(file));
      var added = new FollowedFile(file);
      added.skipToEnd();
      LogTail.last(file, 0, lines).forEach(line -> around.terminal().line(name + line));
      followed.add(new Followed(name, added));
    }
    while (follow) {
      followed.forEach(file -> file.printNew(around.terminal()));
      new CountDownLatch(1).await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }
    return 0;
  }

  private List<Path> files(Path logs) {
    var all = all(logs);
    if (process == null) {
      return all;
    }
    var wanted =
        process
            .replaceFirst("^device-registry", "registry")
            .replaceFirst("^ingest-service", "ingest")
            .replaceFirst("^firmware-service", "firmware");
    var found = all.stream().filter(file -> name(file).equals(wanted)).toList();
    if (found.isEmpty()) {
      throw new UserMistake(
          "There is no log of “%s”; there are logs of %s."
              .formatted(process, String.join(", ", all.stream().map(LogsCommand::name).toList())));
    }
    return found;
  }

  private static List<Path> all(Path logs) {
    try (var files = Files.list(logs)) {
      var found = files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
      if (!found.isEmpty()) {
        return found;
      }
    } catch (IOException absent) {
      // said below
    }
    throw new UserMistake("There are no logs yet in " + logs + ". ./muster up starts the stack.");
  }

  private static String name(Path file) {
    return file.getFileName().toString().replace(SUFFIX, "");
  }

  private record Followed(String prefix, FollowedFile file) {
    void printNew(Terminal terminal) {
      file.newLines().forEach(line -> terminal.line(prefix + line));
    }
  }
}
