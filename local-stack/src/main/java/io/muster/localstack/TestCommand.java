package io.muster.localstack;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./muster test}: only its help is here, since the script must run it without a build. */
@Command(
    name = "test",
    header = "Runs all tests.",
    description =
        "Builds everything and runs all tests: unit tests, each service's tests, and the system"
            + " tests with real clients, a real database and killed processes. At most 25 minutes.")
final class TestCommand implements Callable<Integer> {
  @Option(
      names = "--full",
      description = {
        "Also the long ones: every process killed with two instances, 100,000 rows,",
        "10,000 devices, a soak. Writes the result to docs/test-results.md."
      })
  private boolean full;

  @Override
  public Integer call() {
    throw new UserMistake("Run ./muster test" + (full ? " --full" : "") + " in the checkout.");
  }
}
