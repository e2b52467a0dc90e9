package io.muster.mqtt;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Keeps a channel connected: connects, sets up, and after each loss begins again with a fresh
 * client, growing waits and newly read credentials, until it is closed. All of it happens on the
 * channel's loop; only {@link #state()} and {@link #everUp()} may be asked on any thread.
 */
final class Link {
  private static final Logger LOG = Logger.getLogger(Link.class);
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final LinkSettings settings;
  private final Loop loop;
  private final LinkListener listener;
  private final Meters meters;
  private final ClientFactory clients;
  private final Backoff backoff;
  private final InstantSource time;
  private volatile LinkState state = new LinkState.Idle();
  private volatile boolean everUp;
  private boolean connectedOnce;
  private Connection current;
  private int attempt;

  Link(LinkSettings settings, Loop loop, LinkListener listener, Meters meters) {
    this.settings = settings;
    this.loop = loop;
    this.listener = listener;
    this.meters = meters;
    this.clients = new ClientFactory(settings, loop);
    this.time = InstantSource.system();
    var timing = settings.timing();
    this.backoff =
        new Backoff(
            timing.reconnectDelay(), timing.reconnectMaxDelay(), RandomGenerator.getDefault());
  }

  LinkState state() {
    return state;
  }

  boolean everUp() {
    return everUp;
  }

  /** Begins; a second call does nothing. */
  void start() {
    if (state instanceof LinkState.Idle) {
      connect(null);
    }
  }

  /** Ends the connection and begins another one after a delay; the session stays. */
  void restart(Duration delay, String reason) {
    if (ended() || current == null) {
      return;
    }
    var connection = current;
    release(connection, null);
    disconnect(connection).subscribe().with(ignored -> {});
    retryAfter(delay, reason);
  }

  /** Ends for good; the session stays at the broker. */
  Uni<Void> close() {
    return end(new LinkState.Closed());
  }

  /** Ends for good because of a failure. */
  Uni<Void> fail(String reason) {
    return end(new LinkState.Failed(reason));
  }

  private Uni<Void> end(LinkState last) {
    if (ended()) {
      return Uni.createFrom().voidItem();
    }
    state = last;
    attempt++;
    var connection = current;
    if (connection == null) {
      return Uni.createFrom().voidItem();
    }
    release(connection, null);
    return disconnect(connection);
  }

  private boolean ended() {
    return state instanceof LinkState.Closed || state instanceof LinkState.Failed;
  }

  private void connect(String previousFailure) {
    state = new LinkState.Connecting(previousFailure);
    var mine = ++attempt;
    loop.blocking(() -> clients.prepare(!connectedOnce, cause -> disconnected(mine, cause)))
        .emitOn(loop::run)
        .subscribe()
        .with(prepared -> open(mine, prepared), failure -> failed(mine, failure));
  }

  private void open(int mine, ClientFactory.Prepared prepared) {
    if (mine != attempt) {
      return;
    }
    current = prepared.connection();
    listener.opening(current);
    Rx.uni(current.client().connect(prepared.connect()))
        .chain(
            connack -> {
              connectedOnce = true;
              return mine == attempt
                  ? listener.opened(prepared.connection(), connack.isSessionPresent())
                  : Uni.createFrom().voidItem();
            })
        .emitOn(loop::run)
        .subscribe()
        .with(ignored -> up(mine), failure -> failed(mine, failure));
  }

  private void up(int mine) {
    if (mine != attempt) {
      return;
    }
    state = new LinkState.Up(time.instant());
    everUp = true;
    meters.connected();
    LOG.infof(
        "channel %s: connected to %s as %s",
        settings.channel(), settings.address(), current.clientIdentifier());
  }

  private void disconnected(int mine, Throwable cause) {
    loop.later(() -> failed(mine, cause));
  }

  private void failed(int mine, Throwable cause) {
    if (mine != attempt || ended()) {
      return;
    }
    var connection = current;
    if (connection != null) {
      release(connection, cause);
      disconnect(connection).subscribe().with(ignored -> {});
    }
    if (state instanceof LinkState.Up up && lasted(up)) {
      backoff.reset();
    }
    var reason = Reasons.of(cause);
    var delay = backoff.next();
    meters.disconnected();
    LOG.warnf(
        "channel %s: no connection to %s, next attempt in %d ms: %s",
        settings.channel(), settings.address(), delay.toMillis(), reason);
    retryAfter(delay, reason);
  }

  private boolean lasted(LinkState.Up up) {
    var lasted = Duration.between(up.since(), time.instant());
    return lasted.compareTo(settings.timing().reconnectMaxDelay()) >= 0;
  }

  private void retryAfter(Duration delay, String reason) {
    state = new LinkState.Waiting(reason);
    var mine = ++attempt;
    loop.after(
        delay,
        () -> {
          if (mine == attempt) {
            connect(reason);
          }
        });
  }

  private void release(Connection connection, Throwable cause) {
    current = null;
    connection.closed();
    listener.lost(connection, cause);
  }

  /** Says goodbye as far as the connection still stands; never fails, and never takes long. */
  private Uni<Void> disconnect(Connection connection) {
    return Rx.uni(connection.client().disconnect())
        .ifNoItem()
        .after(GOODBYE)
        .recoverWithItem((Void) null)
        .onFailure()
        .recoverWithNull();
  }
}
