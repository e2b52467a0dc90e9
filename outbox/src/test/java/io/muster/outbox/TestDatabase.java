package io.muster.outbox;

import io.muster.localstack.FreePort;
import io.muster.localstack.files.FileTree;
import io.muster.localstack.postgres.LocalPostgres;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real PostgreSQL for a test class, and in it a fresh schema with the outbox for each test. */
final class TestDatabase
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final AtomicInteger schemas = new AtomicInteger();
  private final List<Pool> pools = new ArrayList<>();
  private Path folder;
  private LocalPostgres postgres;
  private Vertx vertx;
  private String schema;
  private Pool pool;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    folder = Files.createTempDirectory("outbox-it");
    postgres = LocalPostgres.start(folder, FreePort.any());
    postgres.createServices();
    vertx = Vertx.vertx();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    schema = "test" + schemas.incrementAndGet();
    pool = newPool(8);
    run("CREATE SCHEMA " + schema);
    run(OutboxSchema.outbox());
    run(OutboxSchema.properties());
    run(OutboxSchema.devices());
    run(OutboxSchema.follower());
    run(OutboxSchema.followerTurn());
    run(OutboxSchema.tenantRemoval());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    pools.forEach(open -> open.close().await().atMost(PATIENCE));
    pools.clear();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    vertx.close();
    postgres.close();
    FileTree.delete(folder);
  }

  LocalPostgres postgres() {
    return postgres;
  }

  /** The test's pool. */
  Pool pool() {
    return pool;
  }

  /** Another pool on the same schema, as another instance of the service would have. */
  Pool newPool(int connections) {
    return newPool(connections, postgres.superuser().port());
  }

  /** One that goes through a port of somebody in between. */
  Pool newPool(int connections, int port) {
    var superuser = postgres.superuser();
    var options =
        new PgConnectOptions()
            .setHost(superuser.host())
            .setPort(port)
            .setDatabase("muster")
            .setUser(superuser.user())
            .setPassword(superuser.password())
            .addProperty("search_path", schema)
            .setCachePreparedStatements(true);
    var opened =
        Pool.newInstance(
            io.vertx.sqlclient.Pool.pool(
                vertx, options, new PoolOptions().setMaxSize(connections)));
    pools.add(opened);
    return opened;
  }

  RowSet<Row> run(String sql) {
    return pool.query(sql).execute().await().atMost(PATIENCE);
  }

  long number(String sql) {
    return run(sql).iterator().next().getLong(0);
  }
}
