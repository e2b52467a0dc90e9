package io.muster.registry;

import io.muster.localstack.postgres.LocalPostgres;
import java.sql.SQLException;

/** The service's tables, past the service. Stateless. */
public final class Rows {
  private Rows() {}

  /** The number that is the first column of a query's first row. */
  public static long count(LocalPostgres postgres, String query) {
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement();
        var result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** How many events told that a credential was revoked. */
  public static long revocationsOf(LocalPostgres postgres, String credential) {
    return count(
        postgres,
        "SELECT count(*) FROM registry.outbox WHERE topic LIKE"
            + " 'platform/registry/credential-revoked/%' AND convert_from(payload, 'UTF8') LIKE '%"
            + credential
            + "%'");
  }
}
