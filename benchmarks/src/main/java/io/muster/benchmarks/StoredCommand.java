package io.muster.benchmarks;

import io.muster.benchmarks.floor.CopyFloor;
import io.muster.benchmarks.floor.InsertFloor;
import io.muster.benchmarks.floor.InsertStatement;
import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.Round;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the sustained stored rate beside its floors. */
@Command(
    name = "stored",
    description = {
      "Measures how many QoS 1 messages a second ingest-service stores and acknowledges, beside the",
      "same rows written by its INSERT alone and by COPY, in alternating rounds on a stack of its own."
    },
    mixinStandardHelpOptions = true)
final class StoredCommand extends MeasuringCommand {
  private static final Duration A_MOMENT = Duration.ofSeconds(2);

  @Option(
      names = "--connections",
      defaultValue = "8",
      description = "devices, each with a connection (default ${DEFAULT-VALUE})")
  private int connections;

  @Override
  String title() {
    return "Stored rate of QoS 1 telemetry";
  }

  @Override
  int connections() {
    return connections;
  }

  @Override
  List<String> conditions() {
    return List.of(
        "rows are counted in PostgreSQL, and were exactly as many as PUBACKs or inserted rows",
        "the floors store over as many connections, the insert-only floor in batches of as many rows",
        "load generator and floors run in the benchmark's own process, on the same cores");
  }

  @Override
  List<Round> measure(BenchmarkStack stack, Bench bench, Tournament tournament)
      throws InterruptedException {
    try (var insertFloor = insertFloor(stack, bench)) {
      var ingest = bench.ingest(new Pace.AsAcknowledged());
      var contenders = List.of(ingest, insertFloor, copyFloor(stack, bench));
      tournament.warmUp(contenders, rounds().warmUp());
      requireSameStatement(bench, ingest);
      return tournament.run(contenders, rounds().rounds(), rounds().duration());
    }
  }

  /** While the service stores, PostgreSQL shows with which statement. */
  private static void requireSameStatement(Bench bench, Contender ingest)
      throws InterruptedException {
    try (var superuser = bench.superuser();
        var threads = Executors.newSingleThreadExecutor()) {
      var seen = threads.submit(() -> InsertStatement.requireSameAsInUse(superuser));
      ingest.run(A_MOMENT);
      seen.get();
    } catch (ExecutionException e) {
      throw new RoundFailedException(e.getCause().getMessage(), e);
    } catch (SQLException e) {
      throw new RoundFailedException("PostgreSQL: " + e.getMessage(), e);
    }
  }

  private InsertFloor insertFloor(BenchmarkStack stack, Bench bench) {
    return new InsertFloor(
        stack.ingestDatabase(),
        stackOptions().lanes(),
        stackOptions().batchRows(),
        connections,
        bench.writerAndDatabase());
  }

  private CopyFloor copyFloor(BenchmarkStack stack, Bench bench) {
    return new CopyFloor(
        stack.ingestDatabase(), stackOptions().lanes(), connections, bench.writerAndDatabase());
  }
}
