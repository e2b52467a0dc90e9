package io.muster.benchmarks;

import io.muster.benchmarks.registry.RegistryTrial;
import io.muster.benchmarks.registry.SessionLog;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures device-registry at many devices. */
@Command(
    name = "registry",
    description = {
      "Measures device-registry: an import beside \\copy of the same rows, searches with the"
          + " indexes",
      "that serve them, authentications a second beside a question that needs no database,",
      "devices made one by one, shadow updates and a mass disconnect beside the rows alone."
    },
    mixinStandardHelpOptions = true)
final class RegistryCommand implements Callable<Integer> {
  @Mixin private StackOptions stackOptions;
  @Mixin private RoundOptions rounds;
  @Mixin private ReportOptions report;

  @Option(
      names = "--devices",
      defaultValue = "100000",
      description = "of the import and the searches (default ${DEFAULT-VALUE})")
  private int devices;

  @Option(
      names = "--searches",
      defaultValue = "300",
      description = "of each kind (default ${DEFAULT-VALUE})")
  private int searches;

  @Option(
      names = "--at-once",
      defaultValue = "32",
      description = "authentications that wait for an answer at a time (default ${DEFAULT-VALUE})")
  private int atOnce;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var settings = stackOptions.settings(List.of());
    var at = Instant.now();
    try (var log = SessionLog.start();
        var stack = new BenchmarkStack(settings);
        var _ = new CleanEnd(stack::close)) {
      report.tell("starting a stack in " + settings.home());
      stack.startFoundations(Map.of("MUSTER_INGEST_URL", log.url().toString()));
      var trial =
          new RegistryTrial(
              stack,
              log,
              new RegistryTrial.Size(
                  devices, searches, atOnce, rounds.rounds(), rounds.duration(), rounds.warmUp()),
              Bench.generator(),
              report::tell);
      report.show(
          "device-registry with many devices", at, conditions(), trial.measure(report::tell));
    }
    return 0;
  }

  private List<String> conditions() {
    return List.of(
        "%,d devices, each with one or two tags and about 90 bytes of attributes"
            .formatted(devices),
        "%d rounds of import, \\copy and each kind of question, in turn; an import is one request, its"
                .formatted(rounds.rounds())
            + " devices are counted in the table",
        "searches: %d of each kind in turn, pages of 100, one at a time".formatted(searches),
        "authentications, devices and shadow updates: %d at a time, %d s a round; the floor has 16"
                .formatted(atOnce, rounds.duration().toSeconds())
            + " connections, as many as the service",
        "mass disconnect: the registry reads the log of an ingest-service that is not there, page"
            + " by page, until the table shows nobody online any more",
        "device-registry: JVM mode, with the memory that ./muster up gives it");
  }
}
