package io.muster.benchmarks.registry;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.io.ByteArrayOutputStream;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.postgresql.PGConnection;

/**
 * {@code \copy} of the same devices into the same table with its indexes and keys: the floor. It
 * checks nothing, tells nobody, keeps no audit and answers no row.
 */
final class CopiedFleet implements Contender {
  private static final String STATEMENT =
      "COPY registry.device (tenant_key, id, version, enabled, tags, attributes, created_at,"
          + " updated_at) FROM STDIN";
  private static final int PORTION = 1_000;

  private final String name;
  private final BenchmarkStack stack;
  private final DeviceRows rows;
  private final int devices;
  private final Supplier<List<ObservedProcess>> processes;

  CopiedFleet(
      String name,
      BenchmarkStack stack,
      DeviceRows rows,
      int devices,
      Supplier<List<ObservedProcess>> processes) {
    this.name = name;
    this.stack = stack;
    this.rows = rows;
    this.devices = devices;
    this.processes = processes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes.get();
  }

  @Override
  public Stored run(Duration duration) {
    var database = stack.registryDatabase();
    var tenantKey = rows.tenantKey();
    try (var connection =
        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password())) {
      var start = System.nanoTime();
      var copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(STATEMENT);
      for (var from = 0; from < devices; from += PORTION) {
        var bytes = portion(tenantKey, from, Math.min(devices, from + PORTION));
        copy.writeToCopy(bytes, 0, bytes.length);
      }
      var copied = copy.endCopy();
      return Stored.rows(copied, Duration.ofNanos(System.nanoTime() - start));
    } catch (SQLException e) {
      throw new RoundFailedException("COPY failed: " + e.getMessage(), e);
    }
  }

  private static byte[] portion(int tenantKey, int from, int to) {
    var bytes = new ByteArrayOutputStream();
    for (var number = from; number < to; number++) {
      bytes.writeBytes(FleetRows.copy(tenantKey, number));
    }
    return bytes.toByteArray();
  }
}
