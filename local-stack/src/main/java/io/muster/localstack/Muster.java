package io.muster.localstack;

import io.muster.localstack.replay.ReplayCommand;
import io.muster.localstack.simulate.SimulateCommand;
import io.muster.localstack.stack.DownCommand;
import io.muster.localstack.stack.LogsCommand;
import io.muster.localstack.stack.ResetCommand;
import io.muster.localstack.stack.StatusCommand;
import io.muster.localstack.stack.UpCommand;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code ./muster}. */
@Command(
    name = "muster",
    versionProvider = MusterVersion.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Runs Muster on this machine, feeds it and tests it.",
    footer = {
      "",
      "Everything is kept in .muster/; MUSTER_HOME moves it. MUSTER_PORT_OFFSET=1000 shifts every"
          + " port.",
      "MUSTER_JAVA_OPTIONS adds options to each virtual machine of a stack.",
      "./muster COMMAND --help tells more."
    })
public final class Muster {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Tell what there is.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Tell the version.")
  private boolean version;

  private Muster() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(exitCode(arguments));
  }

  private static int exitCode(String[] arguments) {
    try {
      return commandLine(System.getenv()).execute(arguments);
    } catch (Error e) { // not caught by picocli; the main thread's end alone ends no process
      System.err.println("Something went wrong inside ./muster: " + e);
      return MistakeReport.INTERNAL;
    }
  }

  static CommandLine commandLine(Map<String, String> environment) {
    var surroundings = new LazySurroundings(environment);
    var mistakes = new MistakeReport(environment);
    return new CommandLine(new Muster())
        .addSubcommand(new UpCommand(surroundings))
        .addSubcommand(new DownCommand(surroundings))
        .addSubcommand(new StatusCommand(surroundings))
        .addSubcommand(new LogsCommand(surroundings))
        .addSubcommand(new ResetCommand(surroundings))
        .addSubcommand(new SimulateCommand(surroundings))
        .addSubcommand(new ReplayCommand(surroundings))
        .addSubcommand(new TestCommand())
        .setColorScheme(mistakes.colours())
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler(mistakes)
        .setParameterExceptionHandler(mistakes);
  }
}
