package io.muster.firmware;

import io.muster.localstack.postgres.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** A real PostgreSQL, one for all test classes, and in it fresh tables for each test. */
public final class FirmwareDatabase
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(FirmwareDatabase.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<Pool> pools = new ArrayList<>();
  private Server server;
  private String schema;
  private Pool pool;

  /**
   * Started for the first class, ended after the last.
   *
   * @param migrations all that there are, in their order
   */
  private record Server(TestPostgres postgres, Vertx vertx, String migrations)
      implements AutoCloseable {
    private static Server start() {
      var migrations = String.join("\n", FirmwareDatabase.migrations());
      return new Server(TestPostgres.start(), Vertx.vertx(), migrations);
    }

    @Override
    public void close() throws IOException {
      vertx.close();
      postgres.close();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    server =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .computeIfAbsent(Server.class, _ -> Server.start(), Server.class);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    schema = server.postgres.newSchema();
    pool = newPool(4);
    run("CREATE SCHEMA " + schema);
    // At once they are one transaction, and wait for the disk once.
    run(server.migrations);
  }

  /** Else all tests' connections would add up. */
  @Override
  public void afterEach(ExtensionContext context) {
    pools.forEach(it -> it.close().await().atMost(PATIENCE));
    pools.clear();
  }

  /** The test's pool. */
  public Pool pool() {
    return pool;
  }

  /** Another one, as another instance of the service would have; closed after the test. */
  public Pool newPool(int connections) {
    var superuser = server.postgres.superuser();
    var options =
        new PgConnectOptions()
            .setHost(superuser.host())
            .setPort(superuser.port())
            .setDatabase("muster")
            .setUser(superuser.user())
            .setPassword(superuser.password())
            .addProperty("search_path", schema)
            .setCachePreparedStatements(true);
    var made =
        Pool.newInstance(
            io.vertx.sqlclient.Pool.pool(
                server.vertx, options, new PoolOptions().setMaxSize(connections)));
    pools.add(made);
    return made;
  }

  /** One of JDBC's. */
  public Connection connect() throws SQLException {
    return server.postgres.connect(schema);
  }

  public void run(String sql) {
    pool.query(sql).execute().await().atMost(PATIENCE);
  }

  public long number(String sql) {
    return pool.query(sql).execute().await().atMost(PATIENCE).iterator().next().getLong(0);
  }

  /** All that there are, in their order. */
  private static List<String> migrations() {
    try {
      var uri = FirmwareDatabase.class.getResource("/db/migration").toURI();
      if (!"jar".equals(uri.getScheme())) {
        return migrations(Path.of(uri));
      }
      try (var jar = FileSystems.newFileSystem(uri, Map.of())) {
        return migrations(jar.getPath("/db/migration"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> migrations(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      List<String> texts = new ArrayList<>();
      for (var file : files.sorted(Comparator.comparingInt(FirmwareDatabase::number)).toList()) {
        texts.add(Files.readString(file));
      }
      return texts;
    }
  }

  private static int number(Path migration) {
    var name = migration.getFileName().toString();
    return Integer.parseInt(name.substring(1, name.indexOf("__")));
  }
}
