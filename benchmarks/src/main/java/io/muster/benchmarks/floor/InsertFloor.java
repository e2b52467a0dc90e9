package io.muster.benchmarks.floor;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import io.muster.localstack.postgres.ServiceDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * What remains of ingest-service when there is nothing to receive, decode or acknowledge: its own
 * INSERT, through the same client, in batches of the same size over as many connections.
 */
public final class InsertFloor implements Contender, AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final String name;
  private final ServiceDatabase database;
  private final int connections;
  private final int batchRows;
  private final int devices;
  private final List<ObservedProcess> processes;

  /**
   * @param name what the report calls it
   * @param connections as many as the service writes with
   * @param batchRows as many as the service puts into a batch
   * @param devices whose readings they are
   */
  public InsertFloor(
      String name,
      ServiceDatabase database,
      int connections,
      int batchRows,
      int devices,
      List<ObservedProcess> processes) {
    this.name = name;
    this.database = database;
    this.connections = connections;
    this.batchRows = batchRows;
    this.devices = devices;
    this.processes = List.copyOf(processes);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes;
  }

  @Override
  public Stored run(Duration duration) {
    var start = System.nanoTime();
    var end = start + duration.toNanos();
    var inserted = new ArrayList<Future<Long>>();
    for (var i = 0; i < connections; i++) {
      inserted.add(insertUntil(end, new RowBatch(batchRows, devices, start + i)));
    }
    try {
      Future.join(inserted).toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new RoundFailedException("INSERT failed: " + e.getCause().getMessage(), e);
    }
    var rows = inserted.stream().mapToLong(Future::result).sum();
    return Stored.rows(rows, Duration.ofNanos(System.nanoTime() - start));
  }

  private Future<Long> insertUntil(long endNanos, RowBatch batch) {
    var options =
        PgConnectOptions.fromUri(database.url())
            .setUser(database.user())
            .setPassword(database.password());
    return PgConnection.connect(vertx, options)
        .compose(
            connection ->
                connection
                    .prepare(InsertStatement.SQL)
                    .compose(statement -> insertNext(statement, batch, endNanos, 0))
                    .eventually(() -> connection.close()));
  }

  /** At least once, however long it took to connect. */
  private Future<Long> insertNext(
      PreparedStatement statement, RowBatch batch, long endNanos, long insertedSoFar) {
    return statement
        .query()
        .execute(batch.next(System.currentTimeMillis()))
        .compose(
            result -> {
              var inserted = insertedSoFar + result.rowCount();
              return System.nanoTime() < endNanos
                  ? insertNext(statement, batch, endNanos, inserted)
                  : Future.succeededFuture(inserted);
            });
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
