package io.muster.localstack;

import java.util.Map;
import java.util.function.Supplier;

/** Looked up when a command runs, so that {@code --help} works everywhere. */
final class LazySurroundings implements Supplier<Surroundings> {
  private final Map<String, String> environment;
  private Surroundings found;

  LazySurroundings(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public synchronized Surroundings get() {
    if (found == null) {
      found = Surroundings.ofProcess(environment);
    }
    return found;
  }
}
