package io.muster.command;

import static org.awaitility.Awaitility.await;

import io.muster.localstack.postgres.TestPostgres;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** A real PostgreSQL, one for all test classes, and in it fresh tables for each test. */
public final class CommandDatabase
    implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(CommandDatabase.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> MIGRATIONS =
      List.of(
          "V1__create_outbox",
          "V2__add_outbox_properties",
          "V3__index_outbox_by_device",
          "V4__create_followed_log",
          "V5__add_followed_log_turn",
          "V6__create_command",
          "V7__create_audit",
          "V8__create_job",
          "V20__create_schedule",
          "V30__create_aws_jobs",
          "V31__remember_deleted_devices",
          "V60__create_tenant_removal",
          "V83__end_presence_gap",
          "V84__note_until_when_ingest_was_heard");

  private TestPostgres server;
  private Vertx vertx;
  private String schema;
  private Pool pool;

  @Override
  public void beforeAll(ExtensionContext context) {
    server =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .computeIfAbsent(TestPostgres.class, _ -> TestPostgres.start(), TestPostgres.class);
    vertx = Vertx.vertx();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    schema = server.newSchema();
    pool = newPool(4);
    run("CREATE SCHEMA " + schema);
    MIGRATIONS.forEach(name -> run(text(name)));
  }

  /** All that the class has left connected goes with it. */
  @Override
  public void afterAll(ExtensionContext context) {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .join();
  }

  /** The test's pool. */
  public Pool pool() {
    return pool;
  }

  /** Another one, as another instance of the service would have. */
  public Pool newPool(int connections) {
    var superuser = server.superuser();
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
    return server.connect(schema);
  }

  /**
   * What comes of work that has to wait for rows which another transaction changes.
   *
   * @param change a statement; committed when the work waits for it
   */
  public <T> T afterWaitingFor(String change, Function<SqlConnection, Uni<T>> work)
      throws Exception {
    try (var other = connect()) {
      other.setAutoCommit(false);
      try (var statement = other.createStatement()) {
        statement.execute(change);
      }
      var waiting = pool.withTransaction(work).subscribeAsCompletionStage();
      await()
          .atMost(PATIENCE)
          .until(() -> number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
      other.commit();
      return waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  public void run(String sql) {
    pool.query(sql).execute().await().atMost(PATIENCE);
  }

  public long number(String sql) {
    return pool.query(sql).execute().await().atMost(PATIENCE).iterator().next().getLong(0);
  }

  private static String text(String migration) {
    var path = "/db/migration/" + migration + ".sql";
    try (var in = CommandDatabase.class.getResourceAsStream(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
