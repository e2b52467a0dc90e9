package io.muster.ingest.intake;

import io.muster.localstack.FreePort;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.postgres.ServiceDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;

/** A real PostgreSQL with this service's tables. */
public final class StoreDatabase implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final LocalPostgres postgres;
  private final ServiceDatabase database;
  private final Vertx vertx = Vertx.vertx();
  private final Pool pool;

  private StoreDatabase(LocalPostgres postgres) {
    this.postgres = postgres;
    this.database = postgres.createServices().get("ingest");
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.user(), database.password())
        .schemas("ingest")
        .defaultSchema("ingest")
        .load()
        .migrate();
    this.pool =
        PgBuilder.pool()
            .with(new PoolOptions().setMaxSize(4))
            // Under a name of its own, so that tests can tell the lanes' connections from these.
            .connectingTo(options().addProperty("application_name", "pool"))
            .using(vertx)
            .build();
  }

  public static StoreDatabase start(Path folder) {
    return new StoreDatabase(LocalPostgres.start(folder, FreePort.any()));
  }

  public Vertx vertx() {
    return vertx;
  }

  public Pool pool() {
    return pool;
  }

  /** One of JDBC's. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }

  /** As the service opens its own connections. */
  public PgConnectOptions options() {
    return LaneConnections.options(
        new DatabaseConfig() {
          @Override
          public String url() {
            return database.url();
          }

          @Override
          public String user() {
            return database.user();
          }

          @Override
          public String password() {
            return database.password();
          }

          @Override
          public Optional<Path> caFile() {
            return Optional.empty();
          }
        },
        "test",
        Duration.ofSeconds(2),
        Duration.ofSeconds(20));
  }

  /** Runs a statement; waits for its end. */
  public RowSet<Row> run(String sql, Object... parameters) {
    return await(pool.preparedQuery(sql).execute(Tuple.wrap(parameters)));
  }

  /** How many rows of a tenant's devices a table has. */
  long rowsOf(String tenant, String table) {
    return number(
        "SELECT count(*) FROM "
            + table
            + " t JOIN device d ON d.key = t.device_key WHERE d.tenant = $1",
        tenant);
  }

  /** How many dead letters a tenant has for a reason. */
  long deadLetters(String tenant, String reason) {
    return number(
        "SELECT count(*) FROM dead_letter WHERE tenant = $1 AND reason = $2", tenant, reason);
  }

  /** The one number that a query gives. */
  public long number(String sql, Object... parameters) {
    return run(sql, parameters).iterator().next().getLong(0);
  }

  public static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** SIGSTOP: connections stay open and nothing is answered. */
  void freeze() {
    postgres.freeze();
  }

  void thaw() {
    postgres.thaw();
  }

  void kill() {
    postgres.kill();
  }

  void stop() {
    postgres.stop();
  }

  void restart() {
    postgres.restart();
  }

  @Override
  public void close() {
    await(pool.close());
    await(vertx.close());
    postgres.close();
  }
}
