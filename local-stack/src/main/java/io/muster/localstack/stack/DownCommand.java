package io.muster.localstack.stack;

import io.muster.localstack.Surroundings;
import io.muster.localstack.process.RunningProcess;
import io.muster.localstack.process.StopSignal;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;

/** {@code ./muster down}. */
@Command(
    name = "down",
    header = "Stops everything; data is kept.",
    description =
        "Stops the services, then the broker, then the database. Finds and stops also what a"
            + " killed ./muster has left running.")
public final class DownCommand implements Callable<Integer> {
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(90);

  private final Supplier<Surroundings> surroundings;

  /**
   * @param surroundings what it works in
   */
  public DownCommand(Supplier<Surroundings> surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    var around = surroundings.get();
    var run = new RunFolder(around.home().run());
    var supervisor = run.supervisor().flatMap(ProcessRecord::process);
    supervisor.ifPresent(
        process -> {
          around.terminal().line("Stopping …");
          new RunningProcess(process).stop(StopSignal.TERM, STOPPED_WITHIN);
        });
    var left = new LeftOvers(run).stop();
    left.forEach(record -> around.terminal().line("  stopped    " + record.name()));
    run.remove(RunFolder.SUPERVISOR);
    around
        .terminal()
        .line(supervisor.isEmpty() && left.isEmpty() ? "Nothing is running." : "Stopped.");
    return 0;
  }
}
