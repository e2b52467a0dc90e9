package io.muster.benchmarks;

import io.muster.benchmarks.load.LoadException;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.stack.RegistryException;
import io.muster.localstack.UserMistake;
import io.muster.localstack.process.NotReadyException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: see {@code README.md} of this module. */
@Command(
    name = "benchmarks",
    description = "Measures what Muster takes in, beside the floors it stands on.",
    subcommands = {
      LoadCommand.class,
      StoredCommand.class,
      LatencyCommand.class,
      BrokerCommand.class,
      ConnectsCommand.class,
      IdleCommand.class,
      FlatCommand.class,
      RegistryCommand.class,
      FirmwareCommand.class
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class Benchmarks {
  private Benchmarks() {}

  public static void main(String... arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Benchmarks())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Benchmarks::tell);
  }

  /** What a user can mend is told in a line; anything else is a fault of ours and shows where. */
  private static int tell(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    if (failure instanceof LoadException
        || failure instanceof RegistryException
        || failure instanceof RoundFailedException
        || failure instanceof UserMistake
        || failure instanceof NotReadyException) {
      commandLine.getErr().println(failure.getMessage());
    } else {
      failure.printStackTrace(commandLine.getErr());
    }
    return CommandLine.ExitCode.SOFTWARE;
  }
}
