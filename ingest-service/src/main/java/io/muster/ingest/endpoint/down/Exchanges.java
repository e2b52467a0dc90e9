package io.muster.ingest.endpoint.down;

import io.muster.ingest.endpoint.down.Exchange.State;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Predicate;

/**
 * The QoS 2 exchanges of one connection, what their messages hold of the memory of all, the line of
 * those that are yet to be sent, and that of those whose PUBREL is yet to go (MQTT 5 §4.6: both in
 * order). Nothing for a connection that has none. On the event loop.
 */
final class Exchanges {
  private final DownSupport support;
  private Map<Integer, Exchange> byIdentifier = Map.of();

  /** Both null until there is an exchange. */
  private Queue<Exchange> unsent;

  private Queue<Exchange> unreleased;

  /** Of the messages whose exchange has not come to PUBREC. */
  private long heldBytes;

  Exchanges(DownSupport support) {
    this.support = support;
  }

  /** Adds one; what has a message, which is held already, stands in line for being sent. */
  void add(Exchange exchange) {
    if (unsent == null) {
      byIdentifier = new LinkedHashMap<>();
      unsent = new ArrayDeque<>();
      unreleased = new ArrayDeque<>();
    }
    byIdentifier.put(exchange.packetIdentifier, exchange);
    if (exchange.message != null) {
      unsent.add(exchange);
      heldBytes += exchange.message.heldBytes();
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

  long heldBytes() {
    return heldBytes;
  }

  /** Takes the message out of an exchange, which the client has, and gives its memory back. */
  Waiting letGo(Exchange exchange) {
    var message = exchange.message;
    exchange.message = null;
    heldBytes -= message.heldBytes();
    support.budget().release(message.heldBytes());
    return message;
  }

  /** The same for one that the client does not get from here. */
  void drop(Exchange exchange, String outcome) {
    letGo(exchange);
    support.metrics().down(outcome);
  }

  /** The next to be sent, once it may; null when there is none, or it may not yet. */
  Exchange nextToSend() {
    while (unsent != null && !unsent.isEmpty()) {
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
    var first = unreleased == null ? null : unreleased.peek();
    return first != null && first.state == State.RELEASABLE ? unreleased.remove() : null;
  }

  int count(Predicate<Exchange> such) {
    return byIdentifier.isEmpty() ? 0 : (int) byIdentifier.values().stream().filter(such).count();
  }

  /**
   * Whether a message is a command that its service sends again, although the client gets it or has
   * it by an exchange here, or by what waits to become one.
   */
  boolean haveUnderWay(Waiting message, Collection<Waiting> waiting) {
    var request = Exchange.request(message);
    return request != null
        && (count(it -> !it.isOver() && request.equals(it.request)) > 0
            || waiting.stream()
                .anyMatch(it -> it.qos() == 2 && request.equals(Exchange.request(it))));
  }

  /** In the order in which they began. */
  List<Exchange> all() {
    return List.copyOf(byIdentifier.values());
  }

  /** Forgets all, and gives their memory back. */
  void clear() {
    support.budget().release(heldBytes);
    heldBytes = 0;
    byIdentifier = Map.of();
    unsent = null;
    unreleased = null;
  }
}
