package io.muster.benchmarks;

import io.muster.benchmarks.stack.StackSettings;
import io.muster.localstack.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** How the stack runs that is measured. */
final class StackOptions {
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

  @Option(names = "--keep", description = "keep the stack's folder, logs and data, when it is over")
  private boolean keep;

  int lanes() {
    return lanes;
  }

  List<String> ingestJvm() {
    return ingestJvm;
  }

  int batchRows() {
    return batchRows;
  }

  /**
   * With a folder of its own.
   *
   * @param moreIngestJvm what a measurement adds to the options of ingest-service's JVM
   */
  StackSettings settings(List<String> moreIngestJvm) throws IOException {
    var environment = new HashMap<String, String>();
    environment.put("MUSTER_INTAKE_LANES", Integer.toString(lanes));
    environment.put("MUSTER_INTAKE_BATCH_ROWS", Integer.toString(batchRows));
    environment.putAll(ingestEnvironment);
    var jvm = new ArrayList<>(ingestJvm);
    jvm.addAll(moreIngestJvm);
    return new StackSettings(folder(), jvm, environment, keep);
  }

  /**
   * Beside the build's results, not in the system's temporary folder: that may be in memory, where
   * a commit costs nothing.
   */
  private static Path folder() throws IOException {
    var target = Checkout.find().root().resolve("benchmarks/target");
    return Files.createTempDirectory(Files.createDirectories(target), "stack-");
  }

  /** For the report. */
  List<String> describe(StackSettings settings) {
    var environment =
        ingestEnvironment.isEmpty() ? "" : ", " + String.join(", ", settingsInWords());
    return List.of(
        "the service stores over %d connections, at most %,d rows in a batch"
            .formatted(lanes, batchRows),
        "ingest-service: JVM mode, " + String.join(" ", sized(settings.ingestJvm())) + environment);
  }

  /** Without the JVM's log: its path is this machine's affair. */
  private static List<String> sized(List<String> options) {
    return options.stream().filter(option -> !option.startsWith("-Xlog:")).toList();
  }

  private List<String> settingsInWords() {
    return ingestEnvironment.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .sorted()
        .toList();
  }
}
