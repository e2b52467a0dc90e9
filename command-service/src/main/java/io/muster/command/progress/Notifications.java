package io.muster.command.progress;

import io.muster.command.queue.Written;
import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Tells the other instances which commands went on, by LISTEN and NOTIFY on a channel of the
 * schema. A notification is an instance's id and the ids of commands, separated by commas, with an
 * {@code !} after those that have ended; its own an instance leaves aside. At most one is on its
 * way: NOTIFY takes a lock of the whole database at its commit. One that fails is tried again,
 * while the others wait. Thread-safe.
 */
final class Notifications implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Notifications.class);
  private static final Duration TOLD_WITHIN = Duration.ofSeconds(10);

  /** 38 characters each at most, in a payload of less than 8,000. */
  private static final int IDS_AT_ONCE = 200;

  private static final char ENDED = '!';

  /** Beyond it they are left to whoever waits and looks by himself. */
  private static final int MOST_UNTOLD = 20_000;

  private static final String NOTIFY = "SELECT pg_notify(current_schema() || '.changes', $1)";
  private static final String CHANNEL = "SELECT quote_ident(current_schema() || '.changes')";

  private final Pool pool;
  private final TimedPool timed;
  private final Duration againAfter;
  private final Consumer<Written.Change> heard;
  private final Runnable hearsAgain;
  private final String self = UUID.randomUUID().toString();
  private final Set<Written.Change> untold = new LinkedHashSet<>();
  private boolean telling;
  private volatile boolean closed;
  private volatile PgConnection connection;

  /** How far a connection has come. It is opened anew when it is lost, by one side alone. */
  private enum Hearing {
    BEGINS,
    HEARS,
    LOST
  }

  /**
   * @param againAfter what did not work is tried again
   * @param hearsAgain runs when it listens, after a time in which it did not
   */
  Notifications(
      Pool pool, Duration againAfter, Consumer<Written.Change> heard, Runnable hearsAgain) {
    this.pool = pool;
    this.timed = new TimedPool(pool, TOLD_WITHIN);
    this.againAfter = againAfter;
    this.heard = heard;
    this.hearsAgain = hearsAgain;
  }

  void start() {
    listen()
        .onFailure()
        .invoke(away -> LOG.debugf("Progress elsewhere is not heard for now: %s", away))
        .onFailure()
        .retry()
        .withBackOff(againAfter, againAfter)
        .until(away -> !closed)
        .subscribe()
        .with(listening -> hearsAgain.run(), ended -> {});
  }

  private Uni<Void> listen() {
    return pool.getConnection()
        .flatMap(
            lent -> {
              var own = PgConnection.cast(lent);
              var hearing = new AtomicReference<>(Hearing.BEGINS);
              own.notificationHandler(notification -> hear(notification.getPayload()));
              own.closeHandler(() -> lost(hearing));
              return own.query(CHANNEL)
                  .execute()
                  .flatMap(
                      rows -> own.query("LISTEN " + rows.iterator().next().getString(0)).execute())
                  .invoke(() -> hears(own, hearing))
                  .onFailure()
                  .call(own::close);
            })
        .replaceWithVoid();
  }

  private void hears(PgConnection own, AtomicReference<Hearing> hearing) {
    connection = own;
    if (!hearing.compareAndSet(Hearing.BEGINS, Hearing.HEARS)) {
      throw new IllegalStateException("lost while it began to listen");
    }
  }

  /** One that was lost before it listened is tried again by whoever opened it. */
  private void lost(AtomicReference<Hearing> hearing) {
    if (hearing.getAndSet(Hearing.LOST) == Hearing.HEARS && !closed) {
      start();
    }
  }

  private void hear(String payload) {
    var part = payload.split(",");
    if (!part[0].equals(self)) {
      Stream.of(part).skip(1).map(Notifications::read).forEach(heard);
    }
  }

  private static Written.Change read(String part) {
    var ended = part.charAt(part.length() - 1) == ENDED;
    return new Written.Change(
        UUID.fromString(ended ? part.substring(0, part.length() - 1) : part), ended);
  }

  private static String text(Written.Change change) {
    return change.finished() ? change.command().toString() + ENDED : change.command().toString();
  }

  void tell(List<Written.Change> commands) {
    synchronized (untold) {
      if (untold.size() < MOST_UNTOLD) {
        untold.addAll(commands);
      }
    }
    tellNext();
  }

  private void tellNext() {
    List<Written.Change> batch;
    synchronized (untold) {
      if (telling || untold.isEmpty()) {
        return;
      }
      telling = true;
      batch = new ArrayList<>(untold.stream().limit(IDS_AT_ONCE).toList());
      batch.forEach(untold::remove);
    }
    var payload =
        batch.stream().map(Notifications::text).collect(Collectors.joining(",", self + ",", ""));
    timed
        .use(db -> db.preparedQuery(NOTIFY).execute(Tuple.of(payload)))
        .onFailure()
        .retry()
        .withBackOff(againAfter, againAfter)
        .until(away -> !closed)
        .onTermination()
        .invoke(this::told)
        .subscribe()
        .with(done -> {}, away -> {});
  }

  private void told() {
    synchronized (untold) {
      telling = false;
    }
    tellNext();
  }

  /** The connection listens: it must not go back to the pool like that. */
  @Override
  public void close() {
    closed = true;
    var own = connection;
    if (own != null) {
      own.query("UNLISTEN *")
          .execute()
          .onFailure()
          .recoverWithNull()
          .eventually(own::close)
          .subscribe()
          .with(done -> {}, away -> {});
    }
  }
}
