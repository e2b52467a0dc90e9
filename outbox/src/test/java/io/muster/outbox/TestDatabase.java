package io.muster.outbox;

import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.postgres.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real PostgreSQL, one for all test classes since its start takes as long as many tests, and in
 * it a fresh schema with the outbox for each test.
 */
final class TestDatabase
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final ExtensionContext.Namespace SPACE =
      ExtensionContext.Namespace.create(TestDatabase.class);

  private final List<Pool> pools = new ArrayList<>();
  private TestPostgres server;
  private Vertx vertx;
  private String schema;
  private Pool pool;

  @Override
  public void beforeAll(ExtensionContext context) {
    server =
        context
            .getRoot()
            .getStore(SPACE)
            .computeIfAbsent(TestPostgres.class, _ -> TestPostgres.start(), TestPostgres.class);
    vertx = Vertx.vertx();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    schema = server.newSchema();
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
  public void afterAll(ExtensionContext context) {
    vertx.close();
  }

  LocalPostgres postgres() {
    return server.server();
  }

  /** The test's pool. */
  Pool pool() {
    return pool;
  }

  /** Another pool on the same schema, as another instance of the service would have. */
  Pool newPool(int connections) {
    return newPool(connections, server.superuser().port());
  }

  /** One that goes through a port of somebody in between. */
  Pool newPool(int connections, int port) {
    var superuser = server.superuser();
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
