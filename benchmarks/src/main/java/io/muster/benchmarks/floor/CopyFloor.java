package io.muster.benchmarks.floor;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import io.muster.localstack.postgres.ServiceDatabase;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * The fastest way into the table that PostgreSQL has: COPY of ready-made rows, which neither
 * ignores rows that are there already nor tells which. No service could work like this; it shows
 * how much of the floor is the statement and how much the table.
 */
public final class CopyFloor implements Contender {
  private static final int ROWS_IN_A_WRITE = 500;
  private static final int WRITES_IN_A_TRANSACTION = 40;

  private final String name;
  private final ServiceDatabase database;
  private final int connections;
  private final int devices;
  private final List<ObservedProcess> processes;

  /**
   * @param name what the report calls it
   * @param connections as many as the service writes with
   * @param devices whose readings they are
   */
  public CopyFloor(
      String name,
      ServiceDatabase database,
      int connections,
      int devices,
      List<ObservedProcess> processes) {
    this.name = name;
    this.database = database;
    this.connections = connections;
    this.devices = devices;
    this.processes = List.copyOf(processes);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes;
  }

  @Override
  public Stored run(Duration duration) throws InterruptedException {
    var start = System.nanoTime();
    var end = start + duration.toNanos();
    var work = new ArrayList<Callable<Long>>();
    for (var i = 0; i < connections; i++) {
      var rows = new CopyRows(ROWS_IN_A_WRITE, devices, start + i);
      work.add(() -> copyUntil(end, rows));
    }
    try (var threads = Executors.newFixedThreadPool(connections)) {
      var copied = 0L;
      for (var done : threads.invokeAll(work)) {
        copied += done.get();
      }
      return Stored.rows(copied, Duration.ofNanos(System.nanoTime() - start));
    } catch (ExecutionException e) {
      throw new RoundFailedException("COPY failed: " + e.getCause().getMessage(), e);
    }
  }

  private long copyUntil(long endNanos, CopyRows rows) throws SQLException {
    try (var connection =
        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password())) {
      var copy = connection.unwrap(PGConnection.class).getCopyAPI();
      var copied = 0L;
      do {
        copied += copyOnce(copy, rows);
      } while (System.nanoTime() < endNanos);
      return copied;
    }
  }

  private static long copyOnce(CopyManager manager, CopyRows rows) throws SQLException {
    var copy = manager.copyIn(CopyRows.STATEMENT);
    var header = CopyRows.header();
    copy.writeToCopy(header, 0, header.length);
    for (var i = 0; i < WRITES_IN_A_TRANSACTION; i++) {
      var bytes = rows.next(System.currentTimeMillis());
      copy.writeToCopy(bytes, 0, bytes.length);
    }
    var trailer = CopyRows.trailer();
    copy.writeToCopy(trailer, 0, trailer.length);
    return copy.endCopy();
  }
}
