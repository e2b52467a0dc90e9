package io.muster.ingest.notifications;

import io.muster.ingest.intake.DatabaseConfig;
import io.muster.ingest.intake.IntakeConfig;
import io.muster.ingest.intake.LaneConnections;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * What the replicas tell each other through the database (LISTEN and NOTIFY), over one connection
 * that is opened again when it is lost. What was told meanwhile is missed: each listener hears of
 * it and reads again what it needs. Thread-safe.
 */
@ApplicationScoped
@Startup
public class Notifications {
  /** PostgreSQL takes payloads of less than 8,000 bytes. */
  public static final int MOST_BYTES = 7_900;

  private static final Logger LOG = Logger.getLogger("io.muster.ingest.notifications");
  private static final long RETRY_MIN_MILLIS = 500;
  private static final long RETRY_SPREAD_MILLIS = 1_500;
  private static final long PROBE_MILLIS = 10_000;
  private static final String TELL =
      "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload";

  private final Vertx vertx;
  private final Pool pool;
  private final DatabaseConfig database;
  private final IntakeConfig config;
  private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
  private final AtomicReference<PgConnection> connection = new AtomicReference<>();
  private volatile boolean stopped;

  private record Listener(Consumer<String> heard, Runnable missed) {}

  Notifications(Vertx vertx, Pool pool, DatabaseConfig database, IntakeConfig config) {
    this.vertx = vertx;
    this.pool = pool;
    this.database = database;
    this.config = config;
    connect();
    vertx.setPeriodic(PROBE_MILLIS, now -> probe());
  }

  /**
   * Listens to a channel; one listener for each.
   *
   * @param channel a plain SQL name
   * @param heard gets each payload, on the connection's thread; must not block
   * @param missed told after each time without a connection, also at the beginning
   */
  public void listen(String channel, Consumer<String> heard, Runnable missed) {
    listeners.put(channel, new Listener(heard, missed));
    var open = connection.get();
    if (open != null) {
      open.query("LISTEN " + channel).execute().onSuccess(done -> missed.run());
    }
  }

  /** Tells all replicas, this one too. */
  public Uni<Void> tell(String channel, List<String> payloads) {
    var parameters =
        Tuple.tuple().addString(channel).addArrayOfString(payloads.toArray(String[]::new));
    return UniHelper.toUni(pool.preparedQuery(TELL).execute(parameters).mapEmpty());
  }

  private void connect() {
    if (stopped) {
      return;
    }
    var options =
        LaneConnections.options(
            database, "muster-ingest-listen", config.connectTimeout(), config.commitTimeout());
    PgConnection.connect(vertx, options)
        .compose(
            opened ->
                listenToAll(opened)
                    .timeout(PROBE_MILLIS, TimeUnit.MILLISECONDS)
                    .onFailure(refused -> opened.close()))
        .onSuccess(this::ready)
        .onFailure(
            away -> {
              LOG.debugf("Not listening to the database: %s", away.getMessage());
              retry();
            });
  }

  private Future<PgConnection> listenToAll(PgConnection opened) {
    opened.notificationHandler(
        heard -> {
          var listener = listeners.get(heard.getChannel());
          if (listener != null) {
            listener.heard.accept(heard.getPayload());
          }
        });
    Future<?> done = Future.succeededFuture();
    for (var channel : listeners.keySet()) {
      done = done.compose(before -> opened.query("LISTEN " + channel).execute());
    }
    return done.map(all -> opened);
  }

  private void ready(PgConnection opened) {
    connection.set(opened);
    opened.closeHandler(
        gone -> {
          if (connection.compareAndSet(opened, null)) {
            retry();
          }
        });
    if (stopped) {
      opened.close();
    }
    // Whoever came while it was opened is not on it yet; to listen twice does no harm.
    listeners.forEach(
        (channel, listener) ->
            opened.query("LISTEN " + channel).execute().onSuccess(done -> listener.missed.run()));
  }

  private void retry() {
    if (!stopped) {
      var pause = RETRY_MIN_MILLIS + ThreadLocalRandom.current().nextLong(RETRY_SPREAD_MILLIS);
      vertx.setTimer(pause, now -> connect());
    }
  }

  /** A connection that died without a word, or whose end was missed, would stay silent for ever. */
  void probe() {
    var open = connection.get();
    if (open != null && !stopped) {
      var timer = vertx.setTimer(PROBE_MILLIS / 2, late -> giveUp(open));
      open.query("SELECT 1")
          .execute()
          .onSuccess(done -> vertx.cancelTimer(timer))
          .onFailure(
              away -> {
                vertx.cancelTimer(timer);
                giveUp(open);
              });
    }
  }

  private void giveUp(PgConnection silent) {
    if (connection.compareAndSet(silent, null)) {
      LOG.warn("The connection for notifications does not answer; opening another one");
      silent.close();
      connect();
    }
  }

  /** The one that is open, or null. */
  PgConnection connection() {
    return connection.get();
  }

  void stop(@Observes ShutdownEvent shutdown) {
    stopped = true;
    var open = connection.get();
    if (open != null) {
      open.close();
    }
  }
}
