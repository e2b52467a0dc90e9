package io.muster.benchmarks.registry;

import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.RowStore;
import java.sql.Connection;
import java.sql.SQLException;

/** The registry's table of devices, looked at by PostgreSQL's superuser. Not thread-safe. */
final class DeviceRows implements RowStore, AutoCloseable {
  static final String TENANT = "imported";

  private final Connection connection;

  /**
   * @param connection closed with this
   */
  DeviceRows(Connection connection) {
    this.connection = connection;
  }

  @Override
  public long count() {
    return number("SELECT count(*) FROM registry.device");
  }

  int tenantKey() {
    return tenantKey(TENANT);
  }

  int tenantKey(String tenant) {
    return (int) number("SELECT key FROM registry.tenant WHERE id = '" + tenant + "'");
  }

  /** Nothing of the round before is left to be cleaned up in the midst of the next one. */
  @Override
  public void reset() {
    execute("TRUNCATE registry.device CASCADE");
    execute("TRUNCATE registry.audit");
    execute("DELETE FROM registry.outbox");
    execute("UPDATE registry.tenant SET device_count = 0");
    execute("VACUUM registry.outbox");
    execute("CHECKPOINT");
  }

  /** So that PostgreSQL knows what it has. */
  void analyze() {
    execute("VACUUM ANALYZE registry.device");
    execute("CHECKPOINT");
  }

  void execute(String sql) {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new RoundFailedException(sql + ": " + e.getMessage(), e);
    }
  }

  /** How many devices are online, or offline. */
  long withPresence(String status) {
    return number("SELECT count(*) FROM registry.presence WHERE status = '" + status + "'");
  }

  /** Gives each device of a tenant a shadow, unless it has one. */
  void shadowsOf(String tenant) {
    execute(
        """
        INSERT INTO registry.shadow (device_key, name, version, reported, metadata, has_delta,
                                     updated_at)
        SELECT d.key, '', 1, '{"n":0}', '{"reported":{"n":{"timestamp":0}}}', false,
               now()
          FROM registry.device d JOIN registry.tenant t ON t.key = d.tenant_key
         WHERE t.id = '%s'
        ON CONFLICT DO NOTHING\
        """
            .formatted(tenant));
  }

  private long number(String question) {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(question)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new RoundFailedException(question + ": " + e.getMessage(), e);
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
