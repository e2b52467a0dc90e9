package io.muster.contract;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The tables of a service as its migrations made them, and rows in them for tests: what a test says
 * nothing about gets some value of its type. Not thread-safe.
 */
public final class TableRows {
  private static final String TABLES =
      """
      SELECT c.relname FROM pg_class AS c
       WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
         AND NOT c.relispartition AND c.relname <> 'flyway_schema_history'\
      """;
  private static final String WITH_COLUMN =
      """
      SELECT c.table_name FROM information_schema.columns AS c
       WHERE c.table_schema = current_schema() AND c.column_name = '%s'\
      """;
  private static final String NEEDED =
      """
      SELECT column_name, data_type FROM information_schema.columns
       WHERE table_schema = current_schema() AND table_name = '%s' AND is_nullable = 'NO'
         AND column_default IS NULL AND is_identity = 'NO'\
      """;

  private final Connection connection;

  /**
   * @param connection whose search path begins with the service's schema
   */
  public TableRows(Connection connection) {
    this.connection = connection;
  }

  /** All tables; of those in partitions the whole. */
  public TreeSet<String> tables() throws SQLException {
    return texts(TABLES);
  }

  public TreeSet<String> tablesWithColumn(String column) throws SQLException {
    var found = texts(WITH_COLUMN.formatted(column));
    found.retainAll(tables());
    return found;
  }

  /**
   * Inserts a row.
   *
   * @param values SQL expressions by column
   */
  public void insert(String table, Map<String, String> values) throws SQLException {
    var all = new TreeMap<String, String>();
    try (var statement = connection.createStatement();
        var columns = statement.executeQuery(NEEDED.formatted(table))) {
      while (columns.next()) {
        all.put(columns.getString(1), some(columns.getString(2)));
      }
    }
    all.putAll(values);
    run(
        "INSERT INTO %s (%s) VALUES (%s)"
            .formatted(table, String.join(", ", all.keySet()), String.join(", ", all.values())));
  }

  public long count(String table) throws SQLException {
    return number("SELECT count(*) FROM " + table);
  }

  public long number(String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  public void run(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Nobody else changes the rows that a table has, until {@link #release}. */
  public void hold(String table) throws SQLException {
    run("BEGIN");
    run("SELECT FROM " + table + " FOR UPDATE");
  }

  public void release() throws SQLException {
    run("ROLLBACK");
  }

  /** How many rows each of the tables has. */
  public Map<String, Long> counts(Iterable<String> tables) throws SQLException {
    var counts = new TreeMap<String, Long>();
    for (var table : tables) {
      counts.put(table, count(table));
    }
    return counts;
  }

  /** What the column holds, in one table and another. */
  public List<String> values(Iterable<String> tables, String column) throws SQLException {
    var all = new ArrayList<String>();
    for (var table : tables) {
      all.addAll(texts("SELECT DISTINCT " + column + " FROM " + table));
    }
    return all.stream().distinct().sorted().toList();
  }

  private TreeSet<String> texts(String sql) throws SQLException {
    var found = new TreeSet<String>();
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }

  private static String some(String type) {
    return switch (type) {
      case "text", "character varying" -> "'x'";
      case "boolean" -> "false";
      case "timestamp with time zone" -> "now()";
      case "jsonb" -> "'[]'";
      case "bytea" -> "'\\x00'";
      case "uuid" -> "gen_random_uuid()";
      case "ARRAY" -> "'{}'";
      default -> "1";
    };
  }
}
