package io.muster.benchmarks;

import io.muster.benchmarks.accounting.Machine;
import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.floor.CopyFloor;
import io.muster.benchmarks.floor.InsertFloor;
import io.muster.benchmarks.floor.InsertStatement;
import io.muster.benchmarks.load.Fleet;
import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.load.Target;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.Round;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.benchmarks.stack.IngestContender;
import io.muster.benchmarks.stack.ReadingTable;
import io.muster.benchmarks.stack.StackSettings;
import io.muster.localstack.Checkout;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Brings up a stack, lets the contenders store in turn, and stops it again. */
final class StoredBenchmark {
  private static final String TENANT = "benchmark";
  private static final Duration A_MOMENT = Duration.ofSeconds(2);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  private final StoredPlan plan;
  private final StackSettings settings;
  private final Consumer<String> progress;

  /**
   * @param progress hears a line now and then
   */
  StoredBenchmark(StoredPlan plan, StackSettings settings, Consumer<String> progress) {
    this.plan = plan;
    this.settings = withLanes(settings, plan);
    this.progress = progress;
  }

  /** The service stores as the floors do, whatever its defaults are. */
  private static StackSettings withLanes(StackSettings settings, StoredPlan plan) {
    var environment = new HashMap<String, String>();
    environment.put("MUSTER_INTAKE_LANES", Integer.toString(plan.lanes()));
    environment.put("MUSTER_INTAKE_BATCH_ROWS", Integer.toString(plan.batchRows()));
    environment.putAll(settings.ingestEnvironment());
    return new StackSettings(settings.home(), settings.ingestJvm(), environment);
  }

  /**
   * Runs all rounds.
   *
   * @throws RoundFailedException when a round counts for nothing
   */
  Report run() throws InterruptedException {
    try (var stack = new BenchmarkStack(settings);
        var _ = new CleanEnd(stack::close)) {
      progress.accept("starting a stack in " + settings.home());
      stack.start();
      try (var fleet = connected(stack);
          var table = new ReadingTable(stack.connectAsSuperuser());
          var insertFloor = insertFloor(stack)) {
        return measured(stack, fleet, table, insertFloor);
      } catch (SQLException e) {
        throw new RoundFailedException("PostgreSQL: " + e.getMessage(), e);
      }
    }
  }

  private Fleet connected(BenchmarkStack stack) {
    try (var registry = stack.registry()) {
      registry.createTenant(TENANT);
      var logins = registry.registerDevices(TENANT, "device-", plan.connections());
      var options = plan.target();
      var target =
          new Target(
              "127.0.0.1",
              stack.endpointPort(),
              null,
              options.version(),
              options.window(),
              CONNECT_TIMEOUT);
      return Fleet.connect(target, logins, plan.connections(), options.threads());
    }
  }

  private Report measured(
      BenchmarkStack stack, Fleet fleet, ReadingTable table, InsertFloor insertFloor)
      throws InterruptedException, SQLException {
    var ingest =
        new IngestContender(
            "ingest-service",
            fleet,
            new Pace.AsAcknowledged(),
            plan.target().drain(),
            List.of(
                stack.ingestProcess(),
                stack.databaseProcess(),
                stack.brokerProcess(),
                own("load generator")));
    var copyFloor =
        new CopyFloor(
            stack.ingestDatabase(),
            plan.lanes(),
            plan.connections(),
            List.of(stack.databaseProcess(), own("writer")));
    var contenders = List.of(ingest, insertFloor, copyFloor);
    var tournament = new Tournament(table, ProcFiles.ofThisMachine(), this::tell);
    progress.accept("warming up");
    tournament.warmUp(contenders, plan.warmUp());
    requireSameStatement(stack, ingest);
    var at = Instant.now();
    var rounds = tournament.run(contenders, plan.rounds(), plan.duration());
    return report(at, rounds);
  }

  /** While the service stores, PostgreSQL shows with which statement. */
  private static void requireSameStatement(BenchmarkStack stack, Contender ingest)
      throws InterruptedException, SQLException {
    try (var superuser = stack.connectAsSuperuser();
        var threads = Executors.newSingleThreadExecutor()) {
      var seen = threads.submit(() -> InsertStatement.requireSameAsInUse(superuser));
      ingest.run(A_MOMENT);
      seen.get();
    } catch (ExecutionException e) {
      throw new RoundFailedException(e.getCause().getMessage(), e);
    }
  }

  private InsertFloor insertFloor(BenchmarkStack stack) {
    return new InsertFloor(
        stack.ingestDatabase(),
        plan.lanes(),
        plan.batchRows(),
        plan.connections(),
        List.of(stack.databaseProcess(), own("writer")));
  }

  private static ObservedProcess own(String name) {
    return new ObservedProcess(name, ProcessHandle.current().pid(), Family.ALONE);
  }

  private Report report(Instant at, List<Round> rounds) {
    return new Report(
        "Stored rate of QoS 1 telemetry",
        at,
        SourceCommit.of(Checkout.find().root()),
        Machine.current(),
        plan.conditions(settings.ingestJvm()),
        rounds);
  }

  private void tell(Round round) {
    progress.accept(
        "%-20s %,10.0f rows a second, %,d rows"
            .formatted(round.contender(), round.stored().perSecond(), round.stored().rows()));
  }
}
