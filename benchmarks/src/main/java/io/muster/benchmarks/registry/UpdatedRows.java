package io.muster.benchmarks.registry;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import io.muster.localstack.postgres.ServiceDatabase;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The floor of shadow updates: a row of the table of shadows is updated and committed, over as many
 * connections as there are in the service's pool. Nothing is merged, compared, told or kept.
 */
final class UpdatedRows implements Contender {
  private static final String UPDATE =
      """
      UPDATE registry.shadow AS s SET reported = ?::jsonb, version = version + 1, updated_at = now()
        FROM registry.device d JOIN registry.tenant t ON t.key = d.tenant_key
       WHERE s.device_key = d.key AND s.name = '' AND t.id = ? AND d.id = ?\
      """;

  private final String name;
  private final ServiceDatabase database;
  private final int connections;
  private final String tenant;
  private final List<String> devices;
  private final Supplier<List<ObservedProcess>> processes;
  private final AtomicLong updated = new AtomicLong();

  /**
   * @param devices that have a shadow
   */
  UpdatedRows(
      String name,
      ServiceDatabase database,
      int connections,
      String tenant,
      List<String> devices,
      Supplier<List<ObservedProcess>> processes) {
    this.name = name;
    this.database = database;
    this.connections = connections;
    this.tenant = tenant;
    this.devices = devices;
    this.processes = processes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean storesRows() {
    return false;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes.get();
  }

  @Override
  public Stored run(Duration duration) throws InterruptedException {
    var start = System.nanoTime();
    var end = start + duration.toNanos();
    Callable<Long> work = () -> updateUntil(end);
    try (var threads = Executors.newFixedThreadPool(connections)) {
      var pending = Stream.generate(() -> threads.submit(work)).limit(connections).toList();
      var rows = 0L;
      for (var done : pending) {
        rows += done.get();
      }
      return Stored.rows(rows, Duration.ofNanos(System.nanoTime() - start));
    } catch (ExecutionException e) {
      throw new RoundFailedException("an update failed: " + e.getCause().getMessage(), e);
    }
  }

  private long updateUntil(long endNanos) throws SQLException {
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var statement = connection.prepareStatement(UPDATE)) {
      var rows = 0L;
      while (System.nanoTime() < endNanos) {
        var n = updated.getAndIncrement();
        statement.setString(1, "{\"n\":%d}".formatted(n));
        statement.setString(2, tenant);
        statement.setString(3, devices.get((int) (n % devices.size())));
        if (statement.executeUpdate() != 1) {
          throw new RoundFailedException("a device has no shadow to be updated");
        }
        rows++;
      }
      return rows;
    }
  }
}
