package io.muster.benchmarks;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.load.Fleet;
import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.load.Target;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.benchmarks.stack.PublishingDevices;
import io.muster.benchmarks.stack.ReadingTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * A running stack with devices registered at it: what every measurement begins with. The stack is
 * its owner's to stop.
 */
final class Bench implements AutoCloseable {
  private static final String TENANT = "benchmark";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  private final BenchmarkStack stack;
  private final TargetOptions options;
  private final List<DeviceLogin> logins;
  private final ReadingTable table;

  /**
   * Registers devices.
   *
   * @param stack started
   */
  Bench(BenchmarkStack stack, TargetOptions options, int devices) {
    this.stack = stack;
    this.options = options;
    this.logins = registered(stack, devices);
    this.table = new ReadingTable(superuser());
  }

  /** Registers devices without a limit in reach, each with a secret. */
  static List<DeviceLogin> registered(BenchmarkStack stack, int devices) {
    try (var registry = stack.registry()) {
      registry.createTenant(TENANT);
      return registry.registerDevices(TENANT, "device-", devices);
    }
  }

  /** Connects the first devices, each once, to ingest-service. */
  Fleet connect(int connections) {
    return connect(connections, stack.ingest().port());
  }

  /** Connects the first devices, each once, to something else that speaks MQTT. */
  Fleet connect(int connections, int port) {
    var target =
        new Target("127.0.0.1", port, null, options.version(), options.window(), CONNECT_TIMEOUT);
    return Fleet.connect(target, logins.subList(0, connections), connections, options.threads());
  }

  /** The devices publish at that pace, and ingest-service acknowledges what it has committed. */
  Contender ingest(String name, int connections, Pace pace) {
    return new PublishingDevices(
        name,
        () -> connect(connections),
        pace,
        options.drain(),
        true,
        () ->
            List.of(
                stack.ingest().observed(),
                stack.databaseProcess(),
                stack.brokerProcess(),
                generator()));
  }

  /** The processes of a contender that writes from here. */
  List<ObservedProcess> writerAndDatabase() {
    return List.of(stack.databaseProcess(), own("writer"));
  }

  /** This process, where the load is made. */
  static ObservedProcess generator() {
    return own("load generator");
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
    table.close();
  }
}
