package io.muster.ingest.intake;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A lane's connection: opened when there is none, for ever, and given up when it does not answer.
 * Confined to the lane's thread.
 */
final class LaneConnection {
  private static final int LONGEST_DOUBLING = 16;

  private final Vertx vertx;
  private final Supplier<PgConnectOptions> options;
  private final IntakeSettings settings;
  private final StoreState state;
  private final Runnable onReconnect;
  private PgConnection connection;
  private Future<PgConnection> opening;
  private int failures;
  private boolean closed;
  private volatile long lastSignOfLife = System.nanoTime();

  LaneConnection(
      Vertx vertx,
      Supplier<PgConnectOptions> options,
      IntakeSettings settings,
      StoreState state,
      Runnable onReconnect) {
    this.vertx = vertx;
    this.options = options;
    this.settings = settings;
    this.state = state;
    this.onReconnect = onReconnect;
  }

  /** The connection; comes when the database is there, however long that takes. */
  Future<PgConnection> get() {
    if (connection != null) {
      return Future.succeededFuture(connection);
    }
    if (opening == null) {
      opening = connect();
      opening.onComplete(opened -> opening = null);
    }
    return opening;
  }

  private Future<PgConnection> connect() {
    if (closed) {
      return Promise.<PgConnection>promise().future(); // the lane has ended; nobody hears of it
    }
    return Future.succeededFuture(options) // so that what it throws is a failure as any other
        .compose(this::open)
        .transform(
            opened -> {
              lastSignOfLife = System.nanoTime();
              if (opened.succeeded()) {
                return Future.succeededFuture(opened(opened.result()));
              }
              state.away(opened.cause());
              return pause().compose(waited -> connect());
            });
  }

  /** The driver bounds the TCP connection only: a server that hangs accepts it and says nothing. */
  private Future<PgConnection> open(Supplier<PgConnectOptions> current) {
    var opening = PgConnection.connect(vertx, current.get());
    var limit = settings.connectTimeout().toMillis();
    var late = new AtomicBoolean();
    opening.onSuccess(
        opened -> {
          if (late.get()) {
            opened.close();
          }
        });
    return opening
        .timeout(limit, TimeUnit.MILLISECONDS)
        .onFailure(silent -> late.set(true))
        .recover(silent -> Future.failedFuture(inWords(silent)));
  }

  /**
   * Asks whether the database still answers.
   *
   * @return fails when it does not; succeeds also when there is no connection to ask over
   */
  Future<Void> probe() {
    var asked = connection;
    return asked == null
        ? Future.succeededFuture()
        : asked
            .query("SELECT 1")
            .execute()
            .timeout(settings.probeInterval().toMillis(), TimeUnit.MILLISECONDS)
            .<Void>mapEmpty()
            .recover(silent -> Future.failedFuture(inWords(silent)));
  }

  /** Ends a connection over which nothing is under way and nothing is heard. */
  void lost(Throwable cause) {
    giveUp(cause);
    reconnectWhileIdle();
  }

  private static Throwable inWords(Throwable failure) {
    return failure instanceof TimeoutException
        ? new IllegalStateException("the database does not answer", failure)
        : failure;
  }

  private PgConnection opened(PgConnection opened) {
    onReconnect.run();
    connection = opened;
    opened.closeHandler(
        gone -> {
          if (connection == opened) {
            connection = null;
            state.away(new IllegalStateException("the connection to the database was lost"));
            reconnectWhileIdle();
          }
        });
    state.here();
    return opened;
  }

  /** So that readiness tells of the database also when nothing is to be written. */
  private void reconnectWhileIdle() {
    if (!closed) {
      pause().onSuccess(waited -> get());
    }
  }

  /** Ends the connection, whose state nobody knows. */
  void giveUp(Throwable cause) {
    var broken = connection;
    connection = null;
    state.away(cause);
    if (broken != null) {
      broken.close();
    }
  }

  /** All went well. */
  void succeeded() {
    failures = 0;
    state.here();
  }

  /** Waits longer each time, and never in step with the other lanes. */
  Future<Void> pause() {
    var doubled = settings.retryMin().toMillis() << Math.min(failures, LONGEST_DOUBLING);
    failures++;
    var longest = Math.max(1, Math.min(doubled, settings.retryMax().toMillis()));
    var millis = longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1) + 1;
    return after(Duration.ofMillis(millis));
  }

  Future<Void> after(Duration delay) {
    var promise = Promise.<Void>promise();
    vertx.setTimer(Math.max(1, delay.toMillis()), fired -> promise.complete());
    return promise.future();
  }

  boolean isClosed() {
    return closed;
  }

  /** When it last tried, in {@link System#nanoTime}. On any thread. */
  long lastSignOfLife() {
    return lastSignOfLife;
  }

  void close() {
    closed = true;
    var last = connection;
    connection = null;
    if (last != null) {
      last.close();
    }
  }
}
