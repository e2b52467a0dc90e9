package io.muster.localstack.postgres;

import io.muster.contract.id.ServiceName;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.postgresql.PGConnection;

/**
 * Prepares any PostgreSQL for Muster: the database, and for each service a role that owns a schema
 * and can see no other. Everything may exist already; running it again changes nothing but
 * passwords.
 */
public final class DatabaseBootstrap {
  private static final String DATABASE = "muster";

  private final DatabaseAddress server;

  /**
   * @param server with a user who may create databases and roles
   */
  public DatabaseBootstrap(DatabaseAddress server) {
    this.server = server;
  }

  /**
   * Prepares it for the services.
   *
   * @param passwords gives each service's password
   * @return what each service needs to connect, by its name
   * @throws SQLException when the server cannot be reached or refuses
   */
  public Map<String, ServiceDatabase> prepare(
      Iterable<ServiceName> services, Function<ServiceName, String> passwords) throws SQLException {
    createDatabase();
    var prepared = new LinkedHashMap<String, ServiceDatabase>();
    try (var database = connect(DATABASE)) {
      execute(database, "REVOKE ALL ON DATABASE " + DATABASE + " FROM PUBLIC");
      execute(database, "REVOKE ALL ON SCHEMA public FROM PUBLIC");
      for (var service : services) {
        var password = passwords.apply(service);
        prepare(database, service, password);
        var url = server.url(DATABASE);
        prepared.put(
            service.value(),
            new ServiceDatabase(url, role(service), password, server.tls().environment(url)));
      }
    }
    return prepared;
  }

  private static String role(ServiceName service) {
    return "muster_" + schema(service);
  }

  /** A service's name has hyphens at most, which an unquoted SQL name must not. */
  private static String schema(ServiceName service) {
    return service.value().replace('-', '_');
  }

  private void createDatabase() throws SQLException {
    try (var connection = connect(server.database())) {
      if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?", DATABASE)) {
        execute(connection, "CREATE DATABASE " + DATABASE + " TEMPLATE template0 ENCODING 'UTF8'");
      }
    }
  }

  private void prepare(Connection database, ServiceName service, String password)
      throws SQLException {
    var role = role(service);
    var schema = schema(service);
    if (!exists(database, "SELECT 1 FROM pg_roles WHERE rolname = ?", role)) {
      execute(database, "CREATE ROLE " + role + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE");
    }
    // Sends the SCRAM verifier, so that the password itself is in no log of the server.
    database
        .unwrap(PGConnection.class)
        .alterUserPassword(role, password.toCharArray(), "scram-sha-256");
    if (!superuser(database)) {
      execute(database, "GRANT " + role + " TO CURRENT_USER"); // to hand the schema over
    }
    execute(database, "GRANT CONNECT, TEMPORARY ON DATABASE " + DATABASE + " TO " + role);
    execute(database, "CREATE SCHEMA IF NOT EXISTS " + schema + " AUTHORIZATION " + role);
    execute(
        database,
        "ALTER ROLE %s IN DATABASE %s SET search_path = %s".formatted(role, DATABASE, schema));
  }

  private Connection connect(String database) throws SQLException {
    return DriverManager.getConnection("jdbc:" + server.url(database), server.properties());
  }

  private static boolean superuser(Connection connection) throws SQLException {
    return exists(
        connection,
        "SELECT 1 FROM pg_roles WHERE rolsuper AND rolname = current_user AND ? <> ''",
        DATABASE);
  }

  private static boolean exists(Connection connection, String query, String name)
      throws SQLException {
    try (var statement = connection.prepareStatement(query)) {
      statement.setString(1, name);
      try (var rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
