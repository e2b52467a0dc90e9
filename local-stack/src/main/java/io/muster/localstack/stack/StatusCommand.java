package io.muster.localstack.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.localstack.Surroundings;
import io.muster.localstack.home.MusterHome;
import io.muster.localstack.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./muster status}. */
@Command(
    name = "status",
    header = "Shows what runs.",
    description = "Shows each process of the stack: name, process id, address and state.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all is ready",
      "1:something is not ready",
      "3:nothing is running",
    })
public final class StatusCommand implements Callable<Integer> {
  private static final int ALL_READY = 0;
  private static final int SOMETHING_NOT_READY = 1;
  private static final int NOTHING_RUNS = 3;

  private final Supplier<Surroundings> surroundings;

  @Option(names = "--json", description = "Print a JSON array instead.")
  private boolean json;

  /**
   * @param surroundings what it works in
   */
  public StatusCommand(Supplier<Surroundings> surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Exception {
    var around = surroundings.get();
    var lines = lines(around.home());
    if (json) {
      around.terminal().line(new ObjectMapper().writeValueAsString(lines));
    } else {
      print(lines, around.terminal());
    }
    if (lines.isEmpty()) {
      return NOTHING_RUNS;
    }
    var ready = lines.stream().allMatch(line -> line.state().equals(ProcessState.READY.label()));
    return ready ? ALL_READY : SOMETHING_NOT_READY;
  }

  /** What is shown of the stack in a folder; empty when nothing is running. */
  public static List<Line> lines(MusterHome home) {
    return lines(new RunFolder(home.run()));
  }

  static List<Line> lines(RunFolder run) {
    var supervisor = run.supervisor().filter(ProcessRecord::isRunning);
    var lines = new ArrayList<Line>();
    for (var child : run.children()) {
      if (child.isRunning() || supervisor.isPresent()) {
        lines.add(line(child, supervisor.isPresent()));
      }
    }
    supervisor.ifPresent(record -> lines.add(line(record, true)));
    return lines;
  }

  private static Line line(ProcessRecord record, boolean supervised) {
    var state = supervised ? record.state() : ProcessState.UNSUPERVISED;
    var detail = supervised ? record.detail() : "its supervisor is gone; ./muster down stops it";
    var seen = record.isRunning() ? state : ProcessState.CRASHED; // files are a moment behind
    return new Line(record.name(), record.pid(), record.address(), seen.label(), detail);
  }

  private static void print(List<Line> lines, Terminal terminal) {
    if (lines.isEmpty()) {
      terminal.line("Nothing is running. ./muster up starts the stack.");
      return;
    }
    terminal.line(
        terminal.faint("%-12s %8s  %-26s %s".formatted("name", "pid", "address", "state")));
    for (var line : lines) {
      var ready = line.state().equals(ProcessState.READY.label());
      var state = ready ? terminal.good(line.state()) : terminal.bad(line.state());
      terminal.line(
          "%-12s %8d  %-26s %s %s"
              .formatted(line.name(), line.pid(), line.address(), state, line.detail())
              .stripTrailing());
    }
  }

  /**
   * One process, as it is printed.
   *
   * @param state {@code ready}, {@code not-ready}, {@code crashed}, …
   * @param detail why it is in that state; may be empty
   */
  public record Line(String name, long pid, String address, String state, String detail) {}
}
