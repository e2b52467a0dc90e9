package io.muster.ingest.endpoint.down;

import io.muster.ingest.endpoint.down.Exchange.State;
import io.muster.ingest.endpoint.packets.PubRels;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.netty.channel.Channel;
import java.util.Collection;
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
  private final Receipts receipts;
  private final Runnable roomAgain;
  private final Exchanges exchanges;
  private final Keeping keeping;
  private final int most;

  /** Of the messages whose exchange has not come to PUBREC. */
  private long heldBytes;

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
      Runnable roomAgain) {
    this.channel = channel;
    this.session = session;
    this.support = support;
    this.exchanges = exchanges;
    this.sent = sent;
    this.most = most;
    this.receipts = new Receipts(session, support);
    this.roomAgain = roomAgain;
    this.keeping = new Keeping(session, support, channel.eventLoop());
  }

  /** Whether there is no place for another one, of QoS 1 or 2. */
  boolean isFull() {
    return sent.count() + exchanges.count(it -> !it.isOver()) >= most;
  }

  /** Whether one of that size may be kept beside the others; one alone always may. */
  boolean hasRoomFor(Waiting message) {
    return heldBytes == 0
        || !keeping.isNeeded()
        || heldBytes + message.heldBytes() <= support.config().exactlyOnceBytes();
  }

  /**
   * Whether it is a command that its service sends again, although the client gets it or has it by
   * an exchange here, or by what waits to become one.
   */
  boolean isUnderWay(Waiting message, Collection<Waiting> waiting) {
    var request = Exchange.request(message);
    return request != null
        && (exchanges.count(it -> !it.isOver() && request.equals(it.request)) > 0
            || waiting.stream().anyMatch(it -> it.qos() == 2 && request.equals(Exchange.request(it))));
  }

  /** Takes a message over; it is sent by {@link #send} once it is kept, or dropped. */
  void begin(Waiting message) {
    if (message.isExpired(System.nanoTime())) {
      drop(message, "expired");
    } else if (isTooLarge(message)) {
      drop(message, "too-large");
    } else if (exchanges.count(Exchange::isOver) >= most + FREED_LATER) {
      // The database is away; these wait for it.
      drop(message, "not-kept");
    } else {
      keep(new Exchange(sent.nextIdentifier(), message, false, State.KEEPING));
    }
  }

  private boolean isTooLarge(Waiting message) {
    var properties = DownwardPublish.properties(session, message, System.nanoTime());
    return DownwardPublish.bytes(message, properties) > session.maximumPacketBytes();
  }

  private void keep(Exchange exchange) {
    add(exchange);
    if (keeping.isNeeded()) {
      keeping.begin(exchange, kept -> kept(exchange, kept));
    } else {
      exchange.state = State.READY;
    }
  }

  private void add(Exchange exchange) {
    exchanges.add(exchange);
    if (exchange.message != null) {
      heldBytes += exchange.message.heldBytes();
    }
  }

  private void kept(Exchange exchange, boolean kept) {
    if (ended) {
      return;
    }
    if (kept) {
      exchange.state = State.READY;
    } else {
      drop(letGo(exchange), "not-kept");
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
      drop(letGo(exchange), "expired");
      over(exchange);
      return false;
    }
    var properties = DownwardPublish.properties(session, message, now);
    var bytes = DownwardPublish.bytes(message, properties);
    if (bytes > session.maximumPacketBytes()) {
      // An earlier connection took more; the client may yet remember the identifier.
      drop(letGo(exchange), "too-large");
      exchanges.taken(exchange);
      letForget(exchange);
      return false;
    }
    var out = channel.alloc().ioBuffer(bytes);
    DownwardPublish.write(out, message, exchange.packetIdentifier, exchange.resumed, properties);
    channel.write(out, channel.voidPromise());
    exchange.state = State.SENT;
    support.metrics().down(exchange.resumed ? "sent-again" : "sent");
    return true;
  }

  /** PUBREC of the client. */
  void received(int packetIdentifier, int reasonCode) {
    var exchange = exchanges.get(packetIdentifier);
    switch (exchange == null ? State.OVER : exchange.state) {
      case KEEPING, OVER -> pubRel(packetIdentifier, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
      case READY, SENT -> {
        if (reasonCode < 0x80) {
          delivered(exchange);
        } else {
          drop(letGo(exchange), "refused");
          over(exchange);
          roomAgain.run();
        }
      }
      // PUBREL follows.
      case TAKEN, RELEASABLE -> {}
      case RELEASED -> pubRel(packetIdentifier, ReasonCode.SUCCESS);
    }
  }

  /** The receipt first: were it lost on the way, the message would be sent to the device again. */
  private void delivered(Exchange exchange) {
    var message = letGo(exchange);
    support.budget().release(message.heldBytes());
    exchanges.taken(exchange);
    receipts.delivered(message.message(), () -> keeping.onLoop(() -> letForget(exchange)));
  }

  /** Makes the client forget the identifier, once it is kept that the message is not sent again. */
  private void letForget(Exchange exchange) {
    keeping.taken(exchange, () -> takenIsKept(exchange));
  }

  private void takenIsKept(Exchange exchange) {
    exchange.state = State.RELEASABLE;
    for (var next = exchanges.nextToRelease(); next != null; next = exchanges.nextToRelease()) {
      next.state = State.RELEASED;
      pubRel(next.packetIdentifier, ReasonCode.SUCCESS);
    }
  }

  private void pubRel(int packetIdentifier, ReasonCode code) {
    if (!ended && channel.isActive()) {
      var out = channel.alloc().ioBuffer(PubRels.MOST_BYTES);
      PubRels.write(out, session.version(), packetIdentifier, code);
      channel.writeAndFlush(out, channel.voidPromise());
    }
  }

  /** PUBCOMP of the client, whatever it says: it does not remember the identifier. */
  void completed(int packetIdentifier) {
    var exchange = exchanges.get(packetIdentifier);
    if (exchange != null && exchange.state == State.RELEASED) {
      over(exchange);
      roomAgain.run();
    }
  }

  private void over(Exchange exchange) {
    exchange.state = State.OVER;
    keeping.over(exchange, () -> exchanges.remove(exchange));
  }

  /** Takes the message out of an exchange. */
  private Waiting letGo(Exchange exchange) {
    var message = exchange.message;
    exchange.message = null;
    heldBytes -= message.heldBytes();
    return message;
  }

  private void drop(Waiting message, String outcome) {
    support.budget().release(message.heldBytes());
    support.metrics().down(outcome);
  }

  /** Takes over what earlier connections of the session left: its identifiers are in use. */
  void reserve(List<Exchange> left) {
    left.forEach(this::add);
    support.budget().add(heldBytes);
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
        exchanges.taken(exchange);
        takenIsKept(exchange);
      } else if (exchange.resumed && !mayHear(exchange, subscriptions)) {
        drop(letGo(exchange), "not-subscribed");
        exchanges.taken(exchange);
        letForget(exchange);
      }
    }
  }

  /** Its own it gets also when it has unsubscribed (MQTT 5 §3.10.4); others' may be no more its. */
  private boolean mayHear(Exchange exchange, Subscriptions subscriptions) {
    var topic = exchange.message.message().topic();
    return topic.device().map(session.device()::equals).orElse(false)
        || subscriptions.match(topic.deviceName()) != null;
  }

  /** The connection has ended: what is kept is the next one's. */
  void end() {
    ended = true;
    support.budget().release(heldBytes);
    heldBytes = 0;
    exchanges.clear();
  }
}
