package io.muster.localstack.stack;

import io.muster.localstack.Surroundings;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./muster up}. */
@Command(
    name = "up",
    header = "Starts everything.",
    description =
        "Builds what is needed and starts PostgreSQL, the broker and the services. Stays in the"
            + " foreground until Ctrl-C, which stops everything; data is kept.")
public final class UpCommand implements Callable<Integer> {
  private final Supplier<Surroundings> surroundings;

  @Mixin private StackOptions options = new StackOptions();

  @Option(
      names = {"-d", "--detach"},
      description = {
        "Return when all is ready, with exit code 0, and leave it running;",
        "with another exit code and the reason when it does not become ready."
      })
  private boolean detach;

  /**
   * @param surroundings what it works in
   */
  public UpCommand(Supplier<Surroundings> surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    var settings = StackSettings.of(surroundings.get(), options);
    if (detach) {
      new DetachedSupervisor(settings.around(), options).start();
    } else {
      new Supervisor(settings).run();
    }
    return 0;
  }
}
