package io.muster.benchmarks.registry;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import io.muster.localstack.postgres.ServiceDatabase;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
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
 * The floor of a change: one statement that writes a row, committed by itself, over as many
 * connections as there are in the service's pool. Nothing is checked, merged, told or kept.
 */
final class CommittedRows implements Contender {
  private final String name;
  private final ServiceDatabase database;
  private final int connections;
  private final String sql;
  private final Values values;
  private final Supplier<List<ObservedProcess>> processes;
  private final AtomicLong written = new AtomicLong();

  /** The values of a statement. */
  @FunctionalInterface
  interface Values {

    /**
     * @param n of the nth row, from 0; no two are alike
     */
    void of(long n, PreparedStatement statement) throws SQLException;
  }

  /**
   * @param sql writes one row
   */
  CommittedRows(
      String name,
      ServiceDatabase database,
      int connections,
      String sql,
      Values values,
      Supplier<List<ObservedProcess>> processes) {
    this.name = name;
    this.database = database;
    this.connections = connections;
    this.sql = sql;
    this.values = values;
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
    Callable<Long> work = () -> writeUntil(end);
    try (var threads = Executors.newFixedThreadPool(connections)) {
      var pending = Stream.generate(() -> threads.submit(work)).limit(connections).toList();
      var rows = 0L;
      for (var done : pending) {
        rows += done.get();
      }
      return Stored.rows(rows, Duration.ofNanos(System.nanoTime() - start));
    } catch (ExecutionException e) {
      throw new RoundFailedException("a statement failed: " + e.getCause().getMessage(), e);
    }
  }

  private long writeUntil(long endNanos) throws SQLException {
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var statement = connection.prepareStatement(sql)) {
      var rows = 0L;
      while (System.nanoTime() < endNanos) {
        values.of(written.getAndIncrement(), statement);
        if (statement.executeUpdate() != 1) {
          throw new RoundFailedException(name + ": a statement wrote no row");
        }
        rows++;
      }
      return rows;
    }
  }
}
