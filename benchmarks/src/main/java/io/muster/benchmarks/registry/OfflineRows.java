package io.muster.benchmarks.registry;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import io.muster.localstack.postgres.ServiceDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The floor of a mass disconnect: the same rows are set offline in batches of the size of the
 * registry's pages, each committed. No connection is looked at, no change is kept or told.
 */
final class OfflineRows implements Contender {
  private static final int BATCH = 500;
  private static final String SET =
      "UPDATE registry.presence SET status = ?, since = now(), reason = 'floor'"
          + " WHERE device_key = ANY (?)";

  private final String name;
  private final ServiceDatabase database;
  private final Supplier<List<ObservedProcess>> processes;

  OfflineRows(String name, ServiceDatabase database, Supplier<List<ObservedProcess>> processes) {
    this.name = name;
    this.database = database;
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
  public void prepare() {
    set("online");
  }

  @Override
  public Stored run(Duration duration) {
    var start = System.nanoTime();
    var rows = set("offline");
    return Stored.rows(rows, Duration.ofNanos(System.nanoTime() - start));
  }

  private long set(String status) {
    try (var connection =
        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password())) {
      var keys = keys(connection);
      var rows = 0L;
      try (var update = connection.prepareStatement(SET)) {
        for (var from = 0; from < keys.size(); from += BATCH) {
          var batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
          update.setString(1, status);
          update.setArray(2, connection.createArrayOf("int4", batch.toArray()));
          rows += update.executeUpdate();
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new RoundFailedException("the rows cannot be set: " + e.getMessage(), e);
    }
  }

  private static List<Integer> keys(Connection connection) throws SQLException {
    List<Integer> keys = new ArrayList<>();
    try (var statement = connection.createStatement();
        var found =
            statement.executeQuery(
                "SELECT device_key FROM registry.presence ORDER BY device_key")) {
      while (found.next()) {
        keys.add(found.getInt(1));
      }
    }
    return keys;
  }
}
