package io.muster.localstack.postgres;

import io.muster.localstack.process.Readiness;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Ready when a query is answered.
 *
 * @param server who is asked, and as whom
 */
record PostgresReadiness(DatabaseAddress server) implements Readiness {
  @Override
  public Optional<String> missing() {
    var url = "jdbc:" + server.url(server.database());
    try (var connection = DriverManager.getConnection(url, server.properties());
        var statement = connection.createStatement()) {
      statement.execute("SELECT 1");
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
