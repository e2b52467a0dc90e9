package io.muster.ingest.endpoint.down;

import io.muster.ingest.endpoint.down.Exchange.State;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.netty.channel.Channel;
import java.util.List;

/**
 * The QoS 2 messages to one connection's client: PUBLISH, PUBREC, PUBREL, PUBCOMP (MQTT 5 §4.3.3).
 * A receiver that remembers an identifier throws away whatever else comes under it. So those of a
 * session that is kept are kept, with their messages, before they are sent; that the client has a
 * message is kept before it is told to forget the identifier; and no identifier is used again
 * before the client has forgotten it. The next connection, wherever it is, goes on from there
 * (§4.4). On the event loop.
 */
final class ExactlyOnce {
  /** Identifiers beyond a window that may wait to be freed before no more are used. */
  private static final int FREED_LATER = 64;

  private final Channel channel;
  private final ActiveSession session;
  private final DownSupport support;
  private final SentMessages sent;
  private final Runnable roomAgain;
  private final Exchanges exchanges;
  private final Keeping keeping;
  private final Releases releases;
  private final int most;
  private boolean ended;

  /**
   * @param most messages of QoS 1 and 2 together that may be on the way
   * @param roomAgain runs when one of them is not on the way any more
   */
  ExactlyOnce(
      Channel channel,
      ActiveSession session,
      DownSupport support,
      Exchanges exchanges,
      SentMessages sent,
      int most,
      Receipts receipts,
      Runnable roomAgain) {
    this.channel = channel;
    this.session = session;
    this.support = support;
    this.exchanges = exchanges;
    this.sent = sent;
    this.most = most;
    this.roomAgain = roomAgain;
    this.keeping = new Keeping(session, support, channel.eventLoop());
    this.releases = new Releases(channel, session, exchanges, keeping, receipts);
  }

  /** Whether there is no place for another one, of QoS 1 or 2. */
  boolean isFull() {
    return sent.count() + exchanges.count(it -> !it.isOver()) >= most;
  }

  /** Whether one of that size may be kept beside the others; one alone always may. */
  boolean hasRoomFor(Waiting message) {
    var held = exchanges.heldBytes();
    return held == 0
        || !keeping.isNeeded()
        || held + message.heldBytes() <= support.config().exactlyOnceBytes();
  }

  /** Takes a message over; it is sent by {@link #send} once it is kept, or dropped. */
  void begin(Waiting message) {
    var exchange = new Exchange(sent.nextIdentifier(), message, false, State.KEEPING);
    exchanges.add(exchange);
    var obstacle = obstacle(message);
    if (obstacle != null) {
      exchanges.drop(exchange, obstacle);
      exchange.state = State.OVER;
      exchanges.remove(exchange);
    } else if (keeping.isNeeded()) {
      keeping.begin(exchange, kept -> kept(exchange, kept));
    } else {
      exchange.state = State.READY;
    }
  }

  /** Why it cannot be sent, or null. */
  private String obstacle(Waiting message) {
    var now = System.nanoTime();
    if (message.isExpired(now)) {
      return "expired";
    }
    if (bytes(message, now) > session.maximumPacketBytes()) {
      return "too-large";
    }
    // The database is away; these wait for it.
    return exchanges.count(Exchange::isOver) >= most + FREED_LATER ? "not-kept" : null;
  }

  private int bytes(Waiting message, long now) {
    return DownwardPublish.bytes(message, DownwardPublish.properties(session, message, now));
  }

  private void kept(Exchange exchange, boolean kept) {
    if (ended) {
      return;
    }
    if (kept) {
      exchange.state = State.READY;
    } else {
      exchanges.drop(exchange, "not-kept");
      over(exchange);
    }
    roomAgain.run();
  }

  /**
   * Writes what may be sent, in order, as far as the client takes it.
   *
   * @return whether it wrote anything
   */
  boolean send() {
    var wrote = false;
    for (var next = exchanges.nextToSend(); next != null; next = exchanges.nextToSend()) {
      if (!channel.isWritable() || sent.count() + exchanges.count(Exchange::isOnTheWay) >= most) {
        break;
      }
      wrote |= send(next);
    }
    return wrote;
  }

  private boolean send(Exchange exchange) {
    var message = exchange.message;
    var now = System.nanoTime();
    // MQTT 5 §4.3.3: what may have been sent does not expire any more.
    if (!exchange.resumed && message.isExpired(now)) {
      exchanges.drop(exchange, "expired");
      over(exchange);
      return false;
    }
    var properties = DownwardPublish.properties(session, message, now);
    var bytes = DownwardPublish.bytes(message, properties);
    if (bytes > session.maximumPacketBytes()) {
      // An earlier connection took more; the client may yet remember the identifier.
      exchanges.drop(exchange, "too-large");
      releases.withoutReceipt(exchange);
      return false;
    }
    var out = channel.alloc().ioBuffer(bytes);
    DownwardPublish.write(out, message, exchange.packetIdentifier, exchange.resumed, properties);
    channel.write(out, channel.voidPromise());
    exchange.state = State.SENT;
    support.metrics().down(exchange.resumed ? "sent-again" : "sent");
    return true;
  }

  /** PUBREC of the client; whether there is such a message. */
  boolean received(int packetIdentifier, int reasonCode) {
    var exchange = exchanges.get(packetIdentifier);
    switch (exchange == null ? State.OVER : exchange.state) {
      case KEEPING, OVER -> releases.say(packetIdentifier, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
      case READY, SENT -> {
        if (reasonCode < 0x80) {
          releases.delivered(exchange);
        } else {
          exchanges.drop(exchange, "refused");
          over(exchange);
          roomAgain.run();
        }
      }
      // PUBREL follows.
      case TAKEN, RELEASABLE -> {}
      case RELEASED -> releases.say(packetIdentifier, ReasonCode.SUCCESS);
    }
    return exchange != null;
  }

  /**
   * PUBCOMP of the client, whatever it says: it does not remember the identifier.
   *
   * @return whether there is such a message
   */
  boolean completed(int packetIdentifier) {
    var exchange = exchanges.get(packetIdentifier);
    if (exchange != null && exchange.state == State.RELEASED) {
      over(exchange);
      roomAgain.run();
    }
    return exchange != null;
  }

  private void over(Exchange exchange) {
    exchange.state = State.OVER;
    keeping.over(exchange, () -> exchanges.remove(exchange));
  }

  /** Takes over what earlier connections of the session left: its identifiers are in use. */
  void reserve(List<Exchange> left) {
    left.forEach(exchanges::add);
    support.budget().add(exchanges.heldBytes());
  }

  /**
   * Goes on with what was reserved (MQTT 5 §4.4); {@link #send} sends again what the client may not
   * have.
   *
   * @param subscriptions as far as they were taken up again
   */
  void resume(Subscriptions subscriptions) {
    for (var exchange : exchanges.all()) {
      if (exchange.resumed && exchange.message == null) {
        releases.again(exchange);
      } else if (exchange.resumed && !mayHear(exchange, subscriptions)) {
        exchanges.drop(exchange, "not-subscribed");
        releases.withoutReceipt(exchange);
      }
    }
  }

  /**
   * Its own it gets also when it has unsubscribed (MQTT 5 §3.10.4), as far as its token is for it;
   * others' may be no more its.
   */
  private boolean mayHear(Exchange exchange, Subscriptions subscriptions) {
    var topic = exchange.message.message().topic();
    if (!session.scopes().allowHearing(topic.deviceName())) {
      return false;
    }
    return topic.device().map(session.device()::equals).orElse(false)
        || subscriptions.match(topic.deviceName()) != null;
  }

  /** The connection has ended: what is kept is the next one's. */
  void end() {
    ended = true;
    releases.end();
    exchanges.clear();
  }
}
