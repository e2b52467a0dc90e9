package io.muster.ingest.endpoint.down;

import io.muster.ingest.endpoint.down.Exchange.State;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The QoS 2 exchanges of one connection, the line of those that are yet to be sent, and that of
 * those whose PUBREL is yet to go (MQTT 5 §4.6: both in order). Nothing for a connection that has
 * none. On the event loop.
 */
final class Exchanges {
  private Map<Integer, Exchange> byIdentifier = Map.of();
  private final ArrayDeque<Exchange> unsent = new ArrayDeque<>(0);
  private final ArrayDeque<Exchange> unreleased = new ArrayDeque<>(0);

  /** Adds one; what has a message stands in line for being sent. */
  void add(Exchange exchange) {
    if (byIdentifier.isEmpty()) {
      byIdentifier = new LinkedHashMap<>();
    }
    byIdentifier.put(exchange.packetIdentifier, exchange);
    if (exchange.message != null) {
      unsent.add(exchange);
    }
  }

  /** Null when there is none. */
  Exchange get(int packetIdentifier) {
    return byIdentifier.get(packetIdentifier);
  }

  boolean has(int packetIdentifier) {
    return byIdentifier.containsKey(packetIdentifier);
  }

  void remove(Exchange exchange) {
    // An answer that comes when the connection has ended finds nothing.
    if (has(exchange.packetIdentifier)) {
      byIdentifier.remove(exchange.packetIdentifier, exchange);
    }
  }

  /** The next to be sent, once it may; null when there is none, or it may not yet. */
  Exchange nextToSend() {
    while (!unsent.isEmpty()) {
      var first = unsent.peek();
      switch (first.state) {
        case KEEPING -> {
          return null;
        }
        case READY -> {
          return first;
        }
        case SENT, TAKEN, RELEASABLE, RELEASED, OVER -> unsent.remove();
      }
    }
    return null;
  }

  /** The client has it: its PUBREL goes after those before it. */
  void taken(Exchange exchange) {
    exchange.state = State.TAKEN;
    unreleased.add(exchange);
  }

  /** The next whose PUBREL may go, which leaves the line; null when there is none. */
  Exchange nextToRelease() {
    var first = unreleased.peek();
    return first != null && first.state == State.RELEASABLE ? unreleased.remove() : null;
  }

  int count(Predicate<Exchange> such) {
    return byIdentifier.isEmpty() ? 0 : (int) byIdentifier.values().stream().filter(such).count();
  }

  /** In the order in which they began. */
  List<Exchange> all() {
    return List.copyOf(byIdentifier.values());
  }

  void clear() {
    byIdentifier = Map.of();
    unsent.clear();
    unreleased.clear();
  }
}
