package io.muster.benchmarks.stack;

import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.RowStore;
import java.sql.Connection;
import java.sql.SQLException;

/** ingest-service's table of readings, looked at by PostgreSQL's superuser. Not thread-safe. */
public final class ReadingTable implements RowStore, AutoCloseable {
  private final Connection connection;

  /**
   * @param connection closed with this
   */
  public ReadingTable(Connection connection) {
    this.connection = connection;
  }

  @Override
  public long count() {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT count(*) FROM ingest.reading")) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new RoundFailedException("cannot count the readings: " + e.getMessage(), e);
    }
  }

  /** What has to be written to disk is written before the round, not in the midst of it. */
  @Override
  public void reset() {
    try (var statement = connection.createStatement()) {
      statement.execute("TRUNCATE ingest.reading");
      statement.execute("CHECKPOINT");
    } catch (SQLException e) {
      throw new RoundFailedException("cannot empty the table: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new RoundFailedException("cannot leave PostgreSQL: " + e.getMessage(), e);
    }
  }
}
