package io.muster.benchmarks;

import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.benchmarks.stack.EndpointFloor;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures publish to PUBACK at a rate below the highest. */
@Command(
    name = "latency",
    description =
        "Measures the time from publish to PUBACK at a fixed rate, on a stack of its own.",
    mixinStandardHelpOptions = true)
final class LatencyCommand extends MeasuringCommand {
  @Option(
      names = "--rate",
      defaultValue = "5000",
      description = "messages a second over all (default ${DEFAULT-VALUE})")
  private double rate;

  @Option(
      names = "--connections",
      defaultValue = "200",
      description = "devices, each with a connection (default ${DEFAULT-VALUE})")
  private int connections;

  @Override
  String title() {
    return "Publish to PUBACK at a fixed rate";
  }

  @Override
  int devices() {
    return connections;
  }

  @Override
  String connections() {
    return Integer.toString(connections);
  }

  @Override
  List<String> moreConditions() {
    return List.of(
        "%,.0f messages a second over all; latency counts from when a message was due"
            .formatted(rate),
        "rows are counted in PostgreSQL, and were exactly as many as PUBACKs",
        "the endpoint floor is the endpoint's own code in a process with the same JVM options: it"
            + " acknowledges what it reads and drops it; its `rows` are PUBACKs");
  }

  @Override
  String measure(BenchmarkStack stack, Bench bench, Tournament tournament)
      throws InterruptedException {
    var pace = new Pace.FixedRate(rate);
    var floor = EndpointFloor.start(stack, stackOptions().ingestJvm());
    var contenders =
        List.of(
            bench.ingest("ingest-service", connections, pace),
            floor.contender(
                "endpoint floor",
                () -> bench.connect(connections, floor.port()),
                pace,
                target().drain()));
    tournament.warmUp(contenders, rounds().warmUp());
    var measured = tournament.run(contenders, rounds().rounds(), rounds().duration());
    return new Report("rows", List.of(), measured).markdown();
  }
}
