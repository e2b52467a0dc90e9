package io.muster.localstack.stack;

import io.muster.localstack.Surroundings;
import io.muster.localstack.UserMistake;
import io.muster.localstack.files.FileTree;
import io.muster.localstack.home.MusterHome;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Scanner;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./muster reset}. */
@Command(
    name = ResetCommand.NAME,
    header = "Deletes all local data.",
    description =
        "Deletes all data of the local stack: database, broker, keys, credentials, logs. A"
            + " database that was given with --database-url is not touched.")
public final class ResetCommand implements Callable<Integer> {
  /** What it is called by. */
  public static final String NAME = "reset";

  private final Supplier<Surroundings> surroundings;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  /**
   * @param surroundings what it works in
   */
  public ResetCommand(Supplier<Surroundings> surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    var around = surroundings.get();
    var home = around.home();
    var existing = home.data().stream().filter(Files::exists).toList();
    if (existing.isEmpty()) {
      around.terminal().line("There is nothing to delete in " + home.folder() + ".");
      return 0;
    }
    requireMusters(home);
    try (var lock = lock(home)) {
      if (!yes && !confirmed(around)) {
        around.terminal().line("Nothing was deleted.");
        return 1;
      }
      new LeftOvers(lock.run()).stop();
      lock.run().remove(RunFolder.SUPERVISOR);
      for (var path : existing) {
        FileTree.delete(path);
      }
    } // the lock's file stays: whoever waits for it must not get another one than who comes later
    around.terminal().line("Deleted. ./muster up begins anew.");
    return 0;
  }

  private static StackLock lock(MusterHome home) {
    return StackLock.take(home.run())
        .orElseThrow(() -> new UserMistake("The stack is running. First ./muster down."));
  }

  /** The names in it are common ones, and {@code MUSTER_HOME} may point anywhere. */
  private static void requireMusters(MusterHome home) {
    if (!home.isMarked()) {
      throw new UserMistake(
          "Nothing was deleted: %s was not made by ./muster up. Does %s name the right folder?"
              .formatted(home.folder(), MusterHome.VARIABLE));
    }
  }

  private static boolean confirmed(Surroundings around) {
    if (!around.terminal().interactive()) {
      throw new UserMistake("This deletes all data; say --yes when that is meant.");
    }
    System.out.print("Delete all data in " + around.home().folder() + "? [y/N] ");
    System.out.flush();
    var answer = new Scanner(System.in);
    return answer.hasNextLine()
        && answer.nextLine().strip().toLowerCase(Locale.ROOT).matches("y|yes");
  }
}
