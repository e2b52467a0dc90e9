package io.muster.firmware;

import io.muster.localstack.postgres.LocalPostgres;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real PostgreSQL for a test class, and in it fresh tables for each test. */
public final class FirmwareDatabase
    implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Path folder;
  private LocalPostgres postgres;
  private Vertx vertx;
  private final AtomicInteger schemas = new AtomicInteger();
  private String schema;
  private Pool pool;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    folder = Files.createTempDirectory("firmware-it");
    postgres = LocalPostgres.start(folder, freePort());
    postgres.createServices();
    vertx = Vertx.vertx();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    schema = "firmware" + schemas.incrementAndGet();
    pool = newPool(4);
    run("CREATE SCHEMA " + schema);
    migrations().forEach(this::run);
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    vertx.close();
    postgres.close();
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  /** The test's pool. */
  public Pool pool() {
    return pool;
  }

  /** Another one, as another instance of the service would have. */
  public Pool newPool(int connections) {
    var superuser = postgres.superuser();
    var options =
        new PgConnectOptions()
            .setHost(superuser.host())
            .setPort(superuser.port())
            .setDatabase("muster")
            .setUser(superuser.user())
            .setPassword(superuser.password())
            .addProperty("search_path", schema)
            .setCachePreparedStatements(true);
    return Pool.newInstance(
        io.vertx.sqlclient.Pool.pool(vertx, options, new PoolOptions().setMaxSize(connections)));
  }

  /** One of JDBC's. */
  public Connection connect() throws SQLException {
    var connection = postgres.connectAsSuperuser();
    try (var statement = connection.createStatement()) {
      statement.execute("SET search_path TO " + schema);
    }
    return connection;
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

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
