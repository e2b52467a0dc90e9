package io.muster.systemtests.stack;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/**
 * What is in ingest's tables, counted there and not over ingest. Each question has a connection of
 * its own, since the database is killed now and then.
 */
public final class Store {
  private static final String ROWS =
      """
       FROM ingest.reading r
       JOIN ingest.field_set f ON f.key = r.field_set
       JOIN ingest.device d ON d.key = r.device_key
       WHERE d.tenant = ? AND d.device = ?
      """;

  private final String url;
  private final Path passwordFile;

  /**
   * @param home of the stack
   * @param port of its database
   */
  public Store(Path home, int port) {
    this.url = "jdbc:postgresql://127.0.0.1:" + port + "/muster";
    this.passwordFile = home.resolve("secrets").resolve("database-ingest");
  }

  /** How many readings a device has. */
  public long readings(DeviceAddress device) {
    return one("SELECT count(*) " + ROWS, device.tenant().value(), device.device().value())
        .longValue();
  }

  /** How many readings all devices of a tenant have. */
  public long readings(TenantId tenant) {
    return one(
            """
            SELECT count(*) FROM ingest.reading r JOIN ingest.device d ON d.key = r.device_key
            WHERE d.tenant = ?
            """,
            tenant.value())
        .longValue();
  }

  /** The values of a field, each as often as it is stored. */
  public List<Long> values(DeviceAddress device, String field) {
    return rows(
        "SELECT r.numbers[array_position(f.names, ?)]::bigint " + ROWS,
        result -> result.getLong(1),
        field,
        device.tenant().value(),
        device.device().value());
  }

  /** The exact decimal sum of a field. */
  public BigDecimal sum(DeviceAddress device, String field) {
    return one(
        "SELECT sum(r.numbers[array_position(f.names, ?)]::numeric) " + ROWS,
        field,
        device.tenant().value(),
        device.device().value());
  }

  /** The stored events of a device. */
  public long events(DeviceAddress device) {
    return one(
            """
            SELECT count(*) FROM ingest.event e JOIN ingest.device d ON d.key = e.device_key
            WHERE d.tenant = ? AND d.device = ?
            """,
            device.tenant().value(),
            device.device().value())
        .longValue();
  }

  /** How many of a device's messages are kept for services and not with the broker yet. */
  public long notRelayed(DeviceAddress device) {
    return one(
            """
            SELECT count(*) FROM ingest.outbox WHERE settled_at IS NULL AND topic LIKE ?
            """,
            "%/" + device + "/%")
        .longValue();
  }

  /** How many reports of deliveries to a device are not with the broker yet. */
  public long reportsUnderWay(DeviceAddress device) {
    return one(
            "SELECT count(*) FROM ingest.outbox WHERE settled_at IS NULL AND topic = ?",
            "platform/ingest/delivered/" + device)
        .longValue();
  }

  /** One dead letter, as it is kept. */
  public record DeadLetter(String topic, String reason, long keptBytes, long payloadBytes) {}

  /** What a device's connection sent to the dead letters, the oldest first. */
  public List<DeadLetter> deadLetters(DeviceAddress publisher) {
    return rows(
        """
        SELECT topic, reason, length(payload), payload_bytes FROM ingest.dead_letter
        WHERE tenant = ? AND publisher = ? ORDER BY received_at
        """,
        result ->
            new DeadLetter(
                result.getString(1), result.getString(2), result.getLong(3), result.getLong(4)),
        publisher.tenant().value(),
        publisher.device().value());
  }

  /** Keeps anybody from writing or reading readings, for as long as it is open. */
  public Locked lockReadings() {
    try {
      var connection = connect();
      connection.setAutoCommit(false);
      try (var statement = connection.createStatement()) {
        statement.execute("LOCK TABLE ingest.reading IN ACCESS EXCLUSIVE MODE");
      }
      return new Locked(connection);
    } catch (SQLException failed) {
      throw new AssertionError("not locked: " + failed.getMessage(), failed);
    }
  }

  /** A lock that its connection holds. */
  public record Locked(Connection connection) implements AutoCloseable {
    @Override
    public void close() {
      try {
        connection.close();
      } catch (SQLException gone) {
        // The lock has gone with it.
      }
    }
  }

  /** Whether the database answers. */
  public boolean answers() {
    try {
      one("SELECT 1");
      return true;
    } catch (AssertionError away) {
      return false;
    }
  }

  /** Throws unless each of 0 to count-1 is stored exactly once. */
  public void assertEachOnce(DeviceAddress device, String field, int count) {
    var stored = values(device, field);
    Set<Long> different = new HashSet<>(stored);
    var missing = new ArrayList<Long>();
    for (long i = 0; i < count; i++) {
      if (!different.contains(i)) {
        missing.add(i);
      }
    }
    if (!missing.isEmpty() || stored.size() != count) {
      throw new AssertionError(
          "%s: %d of %d stored, %d more than once; missing: %s"
              .formatted(
                  device,
                  different.size(),
                  count,
                  stored.size() - different.size(),
                  missing.subList(0, Math.min(20, missing.size()))));
    }
  }

  private BigDecimal one(String sql, String... parameters) {
    var number = rows(sql, result -> result.getBigDecimal(1), parameters).getFirst();
    return number == null ? BigDecimal.ZERO : number;
  }

  /** Reads one row. */
  private interface RowReader<T> {
    T read(ResultSet result) throws SQLException;
  }

  private <T> List<T> rows(String sql, RowReader<T> reader, String... parameters) {
    try (var connection = connect();
        var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      var rows = new ArrayList<T>();
      try (var result = statement.executeQuery()) {
        while (result.next()) {
          rows.add(reader.read(result));
        }
      }
      return rows;
    } catch (SQLException failed) {
      throw new AssertionError("the database did not answer: " + failed.getMessage(), failed);
    }
  }

  private Connection connect() throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", "muster_ingest");
    properties.setProperty("password", RunningStack.read(passwordFile));
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", "30");
    return DriverManager.getConnection(url, properties);
  }
}
