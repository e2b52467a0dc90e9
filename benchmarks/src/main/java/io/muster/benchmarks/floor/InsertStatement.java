package io.muster.benchmarks.floor;

import io.muster.benchmarks.rounds.RoundFailedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The statement with which ingest-service stores readings that are numbers alone. A floor of
 * another statement would be no floor, so {@link #requireSameAsInUse} asks PostgreSQL.
 */
public final class InsertStatement {
  static final String SQL =
      """
      INSERT INTO reading (time, hash, device_key, field_set, numbers)
      SELECT time, hash, device_key, field_set, ($5::float8[])[first:last]
        FROM unnest($1::timestamptz[], $2::uuid[], $3::integer[], $4::integer[],
                    $6::integer[], $7::integer[])
          AS row (time, hash, device_key, field_set, first, last)
      ON CONFLICT DO NOTHING""";

  private static final Duration LOOKING = Duration.ofSeconds(10);

  private static final String IN_USE =
      "SELECT query FROM pg_stat_activity WHERE query LIKE 'INSERT INTO reading (%' LIMIT 1";

  private InsertStatement() {}

  /**
   * Compares it with what the service's backends run. To be called while the service stores
   * readings: a backend shows its latest statement, which between two batches is another one.
   *
   * @param superuser sees what others run
   * @throws RoundFailedException when it differs, or nothing is seen
   */
  public static void requireSameAsInUse(Connection superuser) {
    try (var statement = superuser.prepareStatement(IN_USE)) {
      var end = System.nanoTime() + LOOKING.toNanos();
      while (System.nanoTime() < end) {
        try (var rows = statement.executeQuery()) {
          if (rows.next()) {
            requireSame(rows.getString(1));
            return;
          }
        }
      }
      throw new RoundFailedException("no backend of ingest-service was seen storing readings");
    } catch (SQLException e) {
      throw new RoundFailedException("cannot look at what runs: " + e.getMessage(), e);
    }
  }

  static void requireSame(String inUse) {
    if (!normalised(inUse).equals(normalised(SQL))) {
      throw new RoundFailedException(
          "ingest-service stores readings with another statement than the floor: " + inUse);
    }
  }

  private static String normalised(String sql) {
    return sql.strip().replaceAll("\\s+", " ");
  }
}
