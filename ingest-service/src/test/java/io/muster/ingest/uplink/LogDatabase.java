package io.muster.ingest.uplink;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.outbox.Outbox;
import io.muster.outbox.OutboxEntry;
import io.muster.outbox.OutboxLog;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.List;
import org.flywaydb.core.Flyway;

/**
 * The tables of one ingest-service, an edge's or a hub's, in a schema of a PostgreSQL that both
 * share here; numbers are given at once and not by a publisher.
 */
final class LogDatabase implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String NUMBER =
      """
      WITH fresh AS (
        SELECT place, row_number() OVER (ORDER BY place) AS nth FROM outbox WHERE sequence IS NULL),
      counter AS (
        UPDATE outbox_counter SET last_sequence = last_sequence + (SELECT count(*) FROM fresh)
        RETURNING last_sequence)
      UPDATE outbox SET settled_at = now(),
             sequence = counter.last_sequence - (SELECT count(*) FROM fresh) + fresh.nth
        FROM fresh, counter WHERE outbox.place = fresh.place\
      """;

  private final Vertx vertx;
  private final Pool pool;
  private final OutboxLog log;

  /**
   * @param account whose schema it is
   */
  LogDatabase(LocalPostgres postgres, String account) {
    var database = postgres.createServices().get(account);
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.user(), database.password())
        .schemas(account)
        .defaultSchema(account)
        .load()
        .migrate();
    this.vertx = Vertx.vertx();
    var options =
        PgConnectOptions.fromUri(database.url())
            .setUser(database.user())
            .setPassword(database.password());
    this.pool =
        new Pool(
            PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(4))
                .connectingTo(options)
                .using(vertx)
                .build());
    this.log = new OutboxLog(pool);
  }

  Pool pool() {
    return pool;
  }

  OutboxLog log() {
    return log;
  }

  /** As a database that nobody has used. */
  void clear() {
    run("TRUNCATE outbox, uplink, site_log, site_session, mqtt_session, endpoint_replica CASCADE");
    run("UPDATE outbox_counter SET last_sequence = 0");
  }

  void append(List<OutboxEntry> entries) {
    pool.withTransaction(db -> Outbox.append(db, entries)).await().atMost(PATIENCE);
    number();
  }

  /** What was written and is not numbered yet gets its numbers. */
  void number() {
    run(NUMBER);
  }

  /** All that the log has. */
  List<OutboxEvent> events() {
    number();
    return page(0).items();
  }

  private EventPage page(long after) {
    return log.page(after, OutboxLog.MAX_PAGE).await().atMost(PATIENCE);
  }

  RowSet<Row> run(String sql) {
    return pool.query(sql).execute().await().atMost(PATIENCE);
  }

  long count(String sql) {
    return run(sql).iterator().next().getLong(0);
  }

  @Override
  public void close() {
    pool.close().await().atMost(PATIENCE);
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
