package io.muster.ingest.sessions;

import io.muster.localstack.FreePort;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.postgres.ServiceDatabase;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;

/** A real PostgreSQL with this service's tables. */
final class SessionsDatabase implements AutoCloseable {
  private final LocalPostgres postgres;
  private final ServiceDatabase database;
  private final Vertx vertx = Vertx.vertx();
  private final List<Pool> pools = new ArrayList<>();

  private SessionsDatabase(LocalPostgres postgres) {
    this.postgres = postgres;
    this.database = postgres.createServices().get("ingest");
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.user(), database.password())
        .schemas("ingest")
        .defaultSchema("ingest")
        .load()
        .migrate();
  }

  static SessionsDatabase start(Path folder) {
    return new SessionsDatabase(LocalPostgres.start(folder, FreePort.any()));
  }

  Pool pool() {
    return pool(postgres.port());
  }

  int port() {
    return postgres.port();
  }

  /** One that goes through a port of somebody in between. */
  Pool pool(int port) {
    var options =
        PgConnectOptions.fromUri(database.url())
            .setUser(database.user())
            .setPassword(database.password())
            .setPort(port);
    var pool =
        new Pool(
            PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(4))
                .connectingTo(options)
                .using(vertx)
                .build());
    pools.add(pool);
    return pool;
  }

  void stop() {
    postgres.stop();
  }

  void restart() {
    postgres.restart();
  }

  @Override
  public void close() {
    pools.forEach(pool -> pool.close().await().indefinitely());
    vertx.close().toCompletionStage().toCompletableFuture().join();
    postgres.close();
  }
}
