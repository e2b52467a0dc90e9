package io.muster.benchmarks;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.benchmarks.load.Fleet;
import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.load.Target;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.benchmarks.stack.IngestContender;
import io.muster.benchmarks.stack.ReadingTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * A running stack with devices connected to it: what every measurement begins with. Closing it ends
 * the connections; the stack is its owner's to stop.
 */
final class Bench implements AutoCloseable {
  private static final String TENANT = "benchmark";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  private final BenchmarkStack stack;
  private final TargetOptions options;
  private final Fleet fleet;
  private final ReadingTable table;

  /**
   * Registers devices and connects them.
   *
   * @param stack started
   * @param devices each with one connection
   */
  Bench(BenchmarkStack stack, TargetOptions options, int devices) {
    this.stack = stack;
    this.options = options;
    this.table = new ReadingTable(superuser());
    this.fleet = connected(devices);
  }

  private Fleet connected(int devices) {
    try (var registry = stack.registry()) {
      registry.createTenant(TENANT);
      var logins = registry.registerDevices(TENANT, "device-", devices);
      var target =
          new Target(
              "127.0.0.1",
              stack.endpointPort(),
              null,
              options.version(),
              options.window(),
              CONNECT_TIMEOUT);
      return Fleet.connect(target, logins, devices, options.threads());
    }
  }

  /** The devices publish at that pace, and ingest-service acknowledges what it has committed. */
  Contender ingest(Pace pace) {
    return new IngestContender(
        "ingest-service",
        fleet,
        pace,
        options.drain(),
        List.of(
            stack.ingestProcess(),
            stack.databaseProcess(),
            stack.brokerProcess(),
            own("load generator")));
  }

  /** The processes of a contender that writes from here. */
  List<ObservedProcess> writerAndDatabase() {
    return List.of(stack.databaseProcess(), own("writer"));
  }

  private static ObservedProcess own(String name) {
    return new ObservedProcess(name, ProcessHandle.current().pid(), Family.ALONE);
  }

  ReadingTable table() {
    return table;
  }

  Connection superuser() {
    try {
      return stack.connectAsSuperuser();
    } catch (SQLException e) {
      throw new RoundFailedException("PostgreSQL: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    fleet.close();
    table.close();
  }
}
