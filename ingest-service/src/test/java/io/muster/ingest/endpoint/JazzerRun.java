package io.muster.ingest.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.process.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One run of Jazzer (https://github.com/CodeIntelligenceTesting/jazzer) over a fuzzer, in a process
 * of its own: its engine is one for each process, and its agent changes classes that other tests
 * use. What it finds is below {@code target/fuzz}.
 */
final class JazzerRun {
  private static final String ENDPOINT = "io.muster.ingest.endpoint.**";
  private static final int MOST_INPUT_BYTES = 2_048;

  /** An input for which nothing comes back in that time is a finding, also on a slow machine. */
  private static final int HANGS_AFTER_SECONDS = 60;

  /** To start, to instrument, to finish. */
  private static final int OVERHEAD_SECONDS = 300;

  private static final Pattern EXECUTED =
      Pattern.compile("stat::number_of_executed_units: +(\\d+)");

  private final FuzzInputs inputs;
  private final int seconds;
  private final Path folder;
  private final Path log;

  JazzerRun(FuzzInputs inputs, int seconds) {
    this.inputs = inputs;
    this.seconds = seconds;
    folder = Path.of("target", "fuzz", inputs.label()).toAbsolutePath();
    log = folder.resolve("run.log");
  }

  /**
   * Searches for as long as it may.
   *
   * @return how many inputs were executed
   */
  long execute() throws IOException, InterruptedException {
    var corpus = Files.createDirectories(folder.resolve("corpus"));
    var seeds = Files.createDirectories(folder.resolve("seeds"));
    for (var input : inputs.kept()) {
      Files.write(seeds.resolve(input.name()), input.bytes());
    }
    var process =
        new ProcessBuilder(command(corpus, seeds))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertTrue(
          process.waitFor(seconds + OVERHEAD_SECONDS, TimeUnit.SECONDS),
          () -> "it does not end; see " + log);
    } finally {
      process.destroyForcibly();
    }
    var said = Files.readString(log);
    assertEquals(0, process.exitValue(), () -> finding(said));
    var executed = EXECUTED.matcher(said);
    assertTrue(executed.find(), () -> "it did not say how many inputs it executed; see " + log);
    return Long.parseLong(executed.group(1));
  }

  private List<String> command(Path corpus, Path seeds) {
    var command =
        new ArrayList<>(
            JavaCommand.main(
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                List.of(
                    "-Xmx768m",
                    "-XX:+EnableDynamicAgentLoading",
                    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                    "-Dio.netty.leakDetection.level=paranoid")));
    command.addAll(
        List.of(
            "--target_class=" + inputs.fuzzer.getName(),
            "--instrumentation_includes=" + ENDPOINT,
            "--custom_hook_includes=" + ENDPOINT,
            "--reproducer_path=" + folder,
            "-artifact_prefix=" + folder + "/",
            "-max_total_time=" + seconds,
            "-max_len=" + MOST_INPUT_BYTES,
            "-len_control=0",
            "-timeout=" + HANGS_AFTER_SECONDS,
            // Of the whole virtual machine, whose heap is bounded anyway.
            "-rss_limit_mb=0",
            "-print_final_stats=1",
            corpus.toString(),
            seeds.toString()));
    return command;
  }

  private String finding(String said) {
    var what =
        said.lines()
            .dropWhile(line -> !line.startsWith("== "))
            .limit(30)
            .collect(Collectors.joining("\n"));
    return """
        Jazzer found something; its input and a program that reproduces it are in %s (crash-…, Crash_….java),
        all that it said in run.log. When it is mended the input goes as a line into src/test/resources/%s:
        a name, and what `xxd -p -c 0 crash-…` prints.
        %s"""
        .formatted(folder, inputs.resource(), what);
  }
}
