package io.muster.localstack.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How a program is started. Secrets belong into the environment, never into the command, which
 * every user of the machine can read.
 *
 * @param name what people call it
 * @param command the program and its arguments
 * @param environment added to this process' own environment, without its secrets
 * @param log where its output is appended
 * @param stopSignal asks it to end
 */
public record Launch(
    String name,
    List<String> command,
    Map<String, String> environment,
    Path log,
    StopSignal stopSignal) {
  public Launch {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  @Override
  public String toString() {
    return "Launch[" + name + "]";
  }
}
