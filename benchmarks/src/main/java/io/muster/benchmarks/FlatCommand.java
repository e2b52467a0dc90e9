package io.muster.benchmarks;

import io.muster.benchmarks.accounting.GcLog;
import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.load.LoadResult;
import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.report.Slope;
import io.muster.benchmarks.report.Slope.Point;
import io.muster.benchmarks.report.Table;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.benchmarks.stack.StackSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at the memory during a long run at a steady rate. */
@Command(
    name = "flat",
    description =
        "Publishes at a steady rate for long, samples the memory, and tells how it grows.",
    mixinStandardHelpOptions = true)
final class FlatCommand extends StackCommand {
  private static final double MEBI = 1 << 20;

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

  @Option(
      names = "--duration",
      defaultValue = "10m",
      converter = DurationConverter.class,
      description = "of the run (default ${DEFAULT-VALUE})")
  private Duration duration;

  @Option(
      names = "--every",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "between two samples (default ${DEFAULT-VALUE})")
  private Duration every;

  private StackSettings settings;

  /** One look; the heap is what the last collection left, or that of the sample before. */
  private record Sample(double minutes, double residentMiB, double heapMiB, double databaseMiB) {}

  @Override
  String title() {
    return "Memory at a steady rate";
  }

  @Override
  List<String> conditions() {
    return List.of(
        "%,.0f messages a second over %,d connections for %d s, %s, QoS 1; all acknowledged, and"
                .formatted(rate, connections, duration.toSeconds(), target().versionName())
            + " exactly as many rows",
        "a sample every %d s; the slopes are those of the second half (least squares), since the"
                .formatted(every.toSeconds())
            + " first one still compiles and sizes its heap",
        "heap: the least that a collection left since the sample before");
  }

  @Override
  StackSettings settings() throws IOException {
    var usual = stackOptions().settings(List.of());
    var jvm = new ArrayList<>(usual.ingestJvm());
    jvm.add(GcLog.option(gcLog(usual.home())));
    settings = new StackSettings(usual.home(), jvm, usual.ingestEnvironment(), usual.keepHome());
    return settings;
  }

  private static Path gcLog(Path home) {
    return home.resolve("gc.log");
  }

  @Override
  String measure(BenchmarkStack stack) throws InterruptedException {
    try (var bench = new Bench(stack, target(), connections);
        var fleet = bench.connect(connections);
        var thread = Executors.newSingleThreadExecutor()) {
      bench.table().reset();
      tell("publishing for " + duration);
      var publishing =
          thread.submit(() -> fleet.publish(new Pace.FixedRate(rate), duration, target().drain()));
      var samples = sampleUntil(publishing, stack);
      return figures(samples, checked(result(publishing), bench));
    }
  }

  private List<Sample> sampleUntil(Future<LoadResult> publishing, BenchmarkStack stack)
      throws InterruptedException {
    var collections = new GcLog(gcLog(settings.home()));
    var ingest = stack.ingest().observed();
    var samples = new ArrayList<Sample>();
    var start = System.nanoTime();
    var heap = 0.0;
    while (!publishing.isDone()) {
      heap = collections.leastBytesLeft().orElse((long) (heap * MEBI)) / MEBI;
      var sample =
          new Sample(
              (System.nanoTime() - start) / 60e9,
              resident(ingest) / MEBI,
              heap,
              stack.databaseProcess().memoryBytes(ProcFiles.ofThisMachine()) / MEBI);
      samples.add(sample);
      tell(
          "%5.1f min  resident %.1f MiB, heap %.1f MiB, PostgreSQL %.1f MiB"
              .formatted(
                  sample.minutes(), sample.residentMiB(), sample.heapMiB(), sample.databaseMiB()));
      try {
        publishing.get(every.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException goesOn) {
        // The next sample.
      } catch (ExecutionException failed) {
        break; // told by whoever asks for the result
      }
    }
    return samples;
  }

  private static long resident(ObservedProcess process) {
    return ProcFiles.ofThisMachine().residentBytes(process.pid()).orElse(0);
  }

  private static LoadResult result(Future<LoadResult> publishing) throws InterruptedException {
    try {
      return publishing.get();
    } catch (ExecutionException e) {
      throw new RoundFailedException("the load generator failed: " + e.getCause(), e);
    }
  }

  private static LoadResult checked(LoadResult result, Bench bench) {
    var rows = bench.table().count();
    if (!result.isComplete() || rows != result.acks().successes()) {
      throw new RoundFailedException(
          "%,d sent, %,d acknowledged, %,d rows, %d connections lost"
              .formatted(result.sent(), result.acks().successes(), rows, result.lostConnections()));
    }
    return result;
  }

  private String figures(List<Sample> samples, LoadResult result) {
    var table =
        new Table(
            1, List.of("MiB", "first", "at half", "last", "most", "MiB a minute, second half"));
    line(table, "ingest-service, resident", samples, Sample::residentMiB);
    line(table, "ingest-service, heap after collections", samples, Sample::heapMiB);
    line(table, "PostgreSQL", samples, Sample::databaseMiB);
    var all = new Table(1, List.of("minute", "resident MiB", "heap MiB", "PostgreSQL MiB"));
    samples.forEach(
        sample ->
            all.line(
                shown(sample.minutes()),
                shown(sample.residentMiB()),
                shown(sample.heapMiB()),
                shown(sample.databaseMiB())));
    return "%,d messages; publish to PUBACK: p50 %.1f ms, p99 %.1f ms%n%n"
            .formatted(result.sent(), result.milliseconds(50), result.milliseconds(99))
        + table.markdown()
        + "\n"
        + all.markdown();
  }

  private static void line(
      Table table, String name, List<Sample> samples, ToDoubleFunction<Sample> of) {
    var half = samples.size() / 2;
    var later = samples.subList(half, samples.size());
    var slope =
        Slope.of(later.stream().map(it -> new Point(it.minutes(), of.applyAsDouble(it))).toList());
    table.line(
        name,
        shown(of.applyAsDouble(samples.getFirst())),
        shown(of.applyAsDouble(samples.get(half))),
        shown(of.applyAsDouble(samples.getLast())),
        shown(samples.stream().mapToDouble(of).max().orElse(0)),
        "%+.2f".formatted(slope.perUnit()));
  }

  private static String shown(double value) {
    return "%.1f".formatted(value);
  }
}
