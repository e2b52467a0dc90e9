package io.muster.localstack;

import io.muster.contract.id.MalformedIdException;
import io.muster.localstack.stack.ResetCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/**
 * What is printed when a command fails: a sentence for what the user can put right; for what cannot
 * be the user's fault, a sentence and a file with the details. Never a stack trace.
 */
final class MistakeReport
    implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {
  static final int INTERNAL = 70; // EX_SOFTWARE of sysexits.h
  private static final int MISTAKE = 1;
  private static final int USAGE = 2;

  private final boolean coloured;

  MistakeReport(Map<String, String> environment) {
    this.coloured =
        Boolean.getBoolean("muster.terminal") && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }

  Help.ColorScheme colours() {
    return Help.defaultColorScheme(coloured ? Help.Ansi.ON : Help.Ansi.OFF);
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    return switch (failure) {
      case UserMistake mistake -> {
        print(command, mistake.getMessage());
        yield MISTAKE;
      }
      case MalformedIdException mistake -> {
        print(command, mistake.getMessage());
        yield USAGE;
      }
      default -> {
        print(command, "Something went wrong inside ./muster: " + sentence(failure));
        details(failure).ifPresent(file -> print(command, "The details are in " + file));
        yield INTERNAL;
      }
    };
  }

  @Override
  public int handleParseException(CommandLine.ParameterException failure, String[] arguments) {
    var command = failure.getCommandLine();
    print(command, failure.getMessage());
    suggestions(failure)
        .ifPresent(nearest -> print(command, "Did you mean: %s?".formatted(nearest)));
    print(
        command, "./" + command.getCommandSpec().qualifiedName() + " --help tells what there is.");
    return USAGE;
  }

  /** Never one that deletes: whoever mistypes may take what stands there for advice. */
  private static Optional<String> suggestions(CommandLine.ParameterException failure) {
    if (!(failure instanceof CommandLine.UnmatchedArgumentException unmatched)) {
      return Optional.empty();
    }
    return unmatched.getSuggestions().stream()
        .filter(it -> !("muster " + it).endsWith(" " + ResetCommand.NAME))
        .reduce((one, other) -> one + " or " + other);
  }

  private static void print(CommandLine command, String text) {
    command.getErr().println(text);
    command.getErr().flush();
  }

  private static String sentence(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  private static Optional<Path> details(Throwable failure) {
    try {
      var text = new StringWriter();
      failure.printStackTrace(new PrintWriter(text));
      var file = Files.createTempFile("muster-", ".txt");
      Files.writeString(file, text.toString());
      return Optional.of(file);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
