package io.muster.benchmarks;

import io.muster.benchmarks.floor.CopyFloor;
import io.muster.benchmarks.floor.InsertFloor;
import io.muster.benchmarks.floor.InsertStatement;
import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.report.Comparison;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.benchmarks.stack.EndpointFloor;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the sustained stored rate beside its floors. */
@Command(
    name = "stored",
    description = {
      "Measures how many QoS 1 messages a second ingest-service stores and acknowledges, beside its",
      "endpoint alone (acknowledged and dropped), the same rows written by its INSERT alone, and",
      "COPY, in alternating rounds on a stack of its own."
    },
    mixinStandardHelpOptions = true)
final class StoredCommand extends MeasuringCommand {
  private static final Duration A_MOMENT = Duration.ofSeconds(2);

  @Option(
      names = "--connections",
      split = ",",
      defaultValue = "8,200,1000",
      description =
          "devices, each with a connection; each number takes part (default ${DEFAULT-VALUE})")
  private List<Integer> connections;

  private final List<Contender> contenders = new ArrayList<>();
  private final List<Comparison> comparisons = new ArrayList<>();

  @Override
  String title() {
    return "Stored rate of QoS 1 telemetry";
  }

  @Override
  int devices() {
    return Collections.max(connections);
  }

  @Override
  String connections() {
    return connections.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  @Override
  List<String> moreConditions() {
    return List.of(
        "rows are counted in PostgreSQL, and were exactly as many as PUBACKs or inserted rows",
        "the endpoint floor is the endpoint's own code in a process with the same JVM options: it"
            + " acknowledges what it reads and drops it; its `rows` are PUBACKs",
        "the row floors store over as many connections to the database, the insert-only floor in"
            + " batches of as many rows",
        "load generator and row floors run in the benchmark's own process, on the same cores",
        "peak memory is that of the contender's own rounds");
  }

  @Override
  String measure(BenchmarkStack stack, Bench bench, Tournament tournament)
      throws InterruptedException {
    var endpointFloor = EndpointFloor.start(stack, stackOptions().ingestJvm());
    var insertFloors = new ArrayList<InsertFloor>();
    try {
      for (var number : connections) {
        insertFloors.add(addContenders(stack, bench, endpointFloor, number));
      }
      addCopyFloor(stack, bench);
      tournament.warmUp(contenders, rounds().warmUp());
      requireSameStatement(bench, contenders.getFirst());
      var measured = tournament.run(contenders, rounds().rounds(), rounds().duration());
      return new Report("rows", comparisons, measured).markdown();
    } finally {
      insertFloors.forEach(InsertFloor::close);
    }
  }

  private InsertFloor addContenders(
      BenchmarkStack stack, Bench bench, EndpointFloor endpointFloor, int number) {
    var pace = new Pace.AsAcknowledged();
    var ingest = bench.ingest("ingest-service, %,d connections".formatted(number), number, pace);
    var endpoint =
        endpointFloor.contender(
            "endpoint floor, %,d connections".formatted(number),
            () -> bench.connect(number, endpointFloor.port()),
            pace,
            target().drain());
    var insert =
        new InsertFloor(
            "insert-only floor, %,d devices".formatted(number),
            stack.ingestDatabase(),
            stackOptions().lanes(),
            stackOptions().batchRows(),
            number,
            bench.writerAndDatabase());
    contenders.addAll(List.of(ingest, insert, endpoint));
    comparisons.add(new Comparison(ingest.name(), insert.name()));
    comparisons.add(new Comparison(ingest.name(), endpoint.name()));
    return insert;
  }

  private void addCopyFloor(BenchmarkStack stack, Bench bench) {
    var number = connections.getFirst();
    var copy =
        new CopyFloor(
            "COPY floor, %,d devices".formatted(number),
            stack.ingestDatabase(),
            stackOptions().lanes(),
            number,
            bench.writerAndDatabase());
    contenders.add(copy);
    comparisons.add(new Comparison(contenders.getFirst().name(), copy.name()));
  }

  /** While the service stores, PostgreSQL shows with which statement. */
  private static void requireSameStatement(Bench bench, Contender ingest)
      throws InterruptedException {
    ingest.prepare();
    try (var superuser = bench.superuser();
        var threads = Executors.newSingleThreadExecutor()) {
      var seen = threads.submit(() -> InsertStatement.requireSameAsInUse(superuser));
      ingest.run(A_MOMENT);
      seen.get();
    } catch (ExecutionException e) {
      throw new RoundFailedException(e.getCause().getMessage(), e);
    } catch (SQLException e) {
      throw new RoundFailedException("PostgreSQL: " + e.getMessage(), e);
    } finally {
      ingest.rest();
    }
  }
}
