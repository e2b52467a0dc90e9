package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.down.ConnectionIndex;
import io.muster.ingest.endpoint.down.Reachable;
import io.muster.ingest.endpoint.observe.EndpointMetrics;
import io.muster.ingest.endpoint.session.EndReason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends away all connections of an endpoint that lets nobody in any more, one after the other, so
 * that they do not come to another replica all at once. Until its turn a device is served as ever;
 * then what was read of it is answered, and it is told to go. Used once.
 */
final class Drain {
  private static final long STEP_NANOS = Duration.ofMillis(10).toNanos();

  /** In which those end whose answers did not come in time. */
  private static final long LAST_WORDS_NANOS = Duration.ofSeconds(2).toNanos();

  private final ConnectionIndex index;
  private final EndpointMetrics metrics;
  private final Duration timeout;
  private final Duration spread;
  private final int letInPerSecond;
  private final Queue<Reachable> next = new ArrayDeque<>();
  private final Set<Reachable> known = Collections.newSetFromMap(new IdentityHashMap<>());

  Drain(EndpointConfig config, ConnectionIndex index, EndpointMetrics metrics) {
    this.index = index;
    this.metrics = metrics;
    this.timeout = config.drainTimeout();
    this.spread =
        config.drainSpread().compareTo(timeout) < 0 ? config.drainSpread() : config.drainTimeout();
    this.letInPerSecond = config.connections().perSecond();
  }

  /** Returns when all have gone, or were thrown out at the end of the drain timeout. */
  void run() {
    findMore();
    var began = System.nanoTime();
    var perNano = perNano(next.size());
    var deadline = began + timeout.toNanos();
    for (long sent = 0; !isOver() && System.nanoTime() < deadline; ) {
      var due = 1 + (long) ((System.nanoTime() - began) * perNano);
      sent += sendAway(due - sent);
      LockSupport.parkNanos(STEP_NANOS);
    }
    index
        .everybody()
        .forEach(it -> it.endFromOutside(EndReason.SHUTTING_DOWN, "the server is shutting down"));
    var end = System.nanoTime() + LAST_WORDS_NANOS;
    while (!index.isEmpty() && System.nanoTime() < end) {
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  /** Whether all have gone, and what they left behind is stored. */
  private boolean isOver() {
    return index.isEmpty() && metrics.messagesInFlight() == 0;
  }

  /**
   * As fast as another replica lets in, so that few do not wait for nothing; faster when there are
   * too many for the spread.
   */
  private double perNano(int connections) {
    var spreadNanos = Math.max(1, spread.toNanos());
    return Math.max(letInPerSecond / 1e9, (double) connections / spreadNanos);
  }

  private long sendAway(long most) {
    long sent = 0;
    while (sent < most) {
      if (next.isEmpty() && !findMore()) {
        break;
      }
      var connection = next.remove();
      if (index.holds(connection.connectionId())) {
        connection.depart();
        sent++;
      }
    }
    return sent;
  }

  /** Who was being admitted at the beginning may have come in. */
  private boolean findMore() {
    index.everybody().stream().filter(known::add).forEach(next::add);
    return !next.isEmpty();
  }
}
