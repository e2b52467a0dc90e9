package io.muster.benchmarks;

import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.stack.StackSettings;
import io.muster.localstack.Checkout;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the sustained stored rate beside its floors, on a stack of its own. */
@Command(
    name = "stored",
    description = {
      "Measures how many QoS 1 messages a second ingest-service stores and acknowledges, beside the",
      "same rows written by its INSERT alone and by COPY, in alternating rounds on a stack of its own."
    },
    mixinStandardHelpOptions = true)
final class StoredCommand implements Callable<Integer> {
  private static final DateTimeFormatter FILE_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmm").withZone(ZoneOffset.UTC);

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "of each (default ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--duration",
      defaultValue = "20s",
      converter = DurationConverter.class,
      description = "of a round (default ${DEFAULT-VALUE})")
  private Duration duration;

  @Option(
      names = "--warm-up",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "of each before the first round (default ${DEFAULT-VALUE})")
  private Duration warmUp;

  @Option(
      names = "--connections",
      defaultValue = "8",
      description = "devices, each with a connection (default ${DEFAULT-VALUE})")
  private int connections;

  @Option(
      names = "--lanes",
      defaultValue = "3",
      description =
          "database connections that store, of service and floors (default ${DEFAULT-VALUE})")
  private int lanes;

  @Option(
      names = "--batch-rows",
      defaultValue = "2000",
      description = "most rows in a transaction, of service and floor (default ${DEFAULT-VALUE})")
  private int batchRows;

  @Option(
      names = "--ingest-jvm",
      split = " ",
      description = "options of ingest-service's JVM instead of those that ./muster up gives it")
  private List<String> ingestJvm = StackSettings.USUAL_INGEST_JVM;

  @Option(
      names = "--ingest-env",
      description = "configuration of ingest-service, such as MUSTER_INTAKE_LINGER=2ms; repeatable")
  private Map<String, String> ingestEnvironment = Map.of();

  @Option(names = "--write", description = "also write the report to benchmarks/results")
  private boolean write;

  @Mixin private TargetOptions target;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var checkout = Checkout.find().root();
    var plan = new StoredPlan(rounds, duration, warmUp, connections, lanes, batchRows, target);
    var benchmark = new StoredBenchmark(plan, settings(checkout), this::tell);
    var report = benchmark.run();
    out().println();
    out().print(report.markdown());
    out().flush();
    if (write) {
      tell("written to " + checkout.relativize(written(report, checkout)));
    }
    return 0;
  }

  private StackSettings settings(Path checkout) throws IOException {
    // Beside the build's results, not in the system's temporary folder: that may be in memory,
    // where a commit costs nothing.
    var parent = Files.createDirectories(checkout.resolve("benchmarks/target"));
    var home = Files.createTempDirectory(parent, "stack-");
    return new StackSettings(home, ingestJvm, ingestEnvironment);
  }

  private static Path written(Report report, Path checkout) throws IOException {
    var folder = Files.createDirectories(checkout.resolve("benchmarks/results"));
    var file = folder.resolve("stored-" + FILE_TIME.format(report.at()) + ".md");
    return Files.writeString(file, report.markdown());
  }

  private void tell(String line) {
    out().println(line);
    out().flush();
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
