package io.muster.ingest.endpoint.down;

import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import io.muster.ingest.sessions.OutgoingMessage;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends one connection what services say to its device: a bounded queue, a bounded number on the
 * way, nothing beyond the connection's end, since the owning service sends again what was not
 * delivered. All but {@link #offer} on the event loop.
 */
public final class Downstream {
  private final Channel channel;
  private final ActiveSession session;
  private final DownSupport support;
  private final Subscriptions subscriptions;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>(2);
  private final Exchanges exchanges;
  private final SentMessages sent;
  private final Receipts receipts;
  private final ExactlyOnce exactlyOnce;
  private final AtomicInteger queued = new AtomicInteger();
  private boolean ended;

  Downstream(
      Channel channel, ActiveSession session, Subscriptions subscriptions, DownSupport support) {
    this.channel = channel;
    this.session = session;
    this.subscriptions = subscriptions;
    this.support = support;
    var most = Math.min(support.config().window(), session.receiveMaximum());
    this.exchanges = new Exchanges(support);
    this.sent = new SentMessages(most, exchanges::has);
    this.receipts = new Receipts(session, support);
    this.exactlyOnce =
        new ExactlyOnce(channel, session, support, exchanges, sent, most, receipts, this::send);
  }

  /** Queues or drops; on any thread. */
  void offer(DownwardMessage message) {
    var bytes = message.payload().length + Waiting.OVERHEAD_BYTES;
    if (queued.incrementAndGet() > support.config().queue()) {
      queued.decrementAndGet();
      support.metrics().down("queue-full");
      return;
    }
    if (!support.budget().tryReserve(bytes)) {
      queued.decrementAndGet();
      support.metrics().down("memory");
      return;
    }
    try {
      channel.eventLoop().execute(() -> accept(message, bytes));
    } catch (RejectedExecutionException loopHasEnded) {
      drop(bytes, "connection-ended");
    }
  }

  private void accept(DownwardMessage message, int bytes) {
    var match = ended ? null : subscriptions.match(message.topic().deviceName());
    if (match == null) {
      drop(bytes, ended ? "connection-ended" : "not-subscribed");
      return;
    }
    var expiresAt =
        System.nanoTime() + TimeUnit.SECONDS.toNanos(Math.max(0, message.messageExpirySeconds()));
    var waiting =
        new Waiting(message, Math.min(message.qos(), match.qos()), match, expiresAt, bytes);
    if (waiting.qos() == 2 && exchanges.haveUnderWay(waiting, queue)) {
      drop(bytes, "under-way");
      return;
    }
    queue.add(waiting);
    send();
  }

  private void drop(int bytes, String outcome) {
    queued.decrementAndGet();
    support.budget().release(bytes);
    support.metrics().down(outcome);
  }

  /** Sends what may go now; called when a place or the socket has become free. */
  public void send() {
    var wrote = false;
    while (!ended && !queue.isEmpty() && channel.isWritable()) {
      var next = queue.peek();
      if (next.qos() > 0 && exactlyOnce.isFull()
          || next.qos() == 2 && !exactlyOnce.hasRoomFor(next)) {
        break;
      }
      queue.remove();
      if (next.qos() == 2) {
        queued.decrementAndGet();
        exactlyOnce.begin(next);
      } else {
        wrote |= write(next);
      }
    }
    wrote |= !ended && exactlyOnce.send();
    if (wrote) {
      channel.flush();
    }
  }

  private boolean write(Waiting next) {
    var now = System.nanoTime();
    if (next.isExpired(now)) {
      drop(next.heldBytes(), "expired");
      return false;
    }
    var properties = DownwardPublish.properties(session, next, now);
    var bytes = DownwardPublish.bytes(next, properties);
    if (bytes > session.maximumPacketBytes()) {
      drop(next.heldBytes(), "too-large");
      return false;
    }
    var identifier = next.qos() > 0 ? sent.add(next) : 0;
    var out = channel.alloc().ioBuffer(bytes);
    DownwardPublish.write(out, next, identifier, false, properties);
    channel.write(out, channel.voidPromise());
    queued.decrementAndGet();
    support.metrics().sent(next.message().payload().length);
    if (next.qos() == 0) {
      support.budget().release(next.heldBytes());
    }
    return true;
  }

  /**
   * PUBACK of the device.
   *
   * @param reasonCode at or above 0x80 it did not take the message
   * @return whether there is such a message
   */
  public boolean acknowledged(int packetIdentifier, int reasonCode) {
    var message = sent.remove(packetIdentifier);
    if (message == null) {
      return false;
    }
    support.budget().release(message.heldBytes());
    if (reasonCode >= 0x80) {
      support.metrics().down("refused");
    } else {
      receipts.delivered(message.message(), () -> {});
    }
    send();
    return true;
  }

  /**
   * PUBREC of the device.
   *
   * @param reasonCode at or above 0x80 it did not take the message
   * @return whether there is such a message
   */
  public boolean received(int packetIdentifier, int reasonCode) {
    return exactlyOnce.received(packetIdentifier, reasonCode);
  }

  /** PUBCOMP of the device; whether there is such a message. */
  public boolean completed(int packetIdentifier) {
    return exactlyOnce.completed(packetIdentifier);
  }

  /** Takes over what earlier connections of the session left of QoS 2. */
  void reserve(List<OutgoingMessage> left) {
    exactlyOnce.reserve(
        left.stream().map(it -> KeptMessages.exchange(it, support.clock())).toList());
  }

  /** Goes on with what was reserved, when the subscriptions are taken up again. */
  void resume() {
    if (!ended) {
      exactlyOnce.resume(subscriptions);
      send();
    }
  }

  /** The connection has ended: what it had not acknowledged is dropped. */
  void end() {
    ended = true;
    queue.forEach(waiting -> drop(waiting.heldBytes(), "connection-ended"));
    queue.clear();
    support.budget().release(sent.heldBytesAndClear());
    exactlyOnce.end();
  }
}
