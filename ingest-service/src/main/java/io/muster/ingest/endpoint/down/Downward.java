package io.muster.ingest.endpoint.down;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.authorisation.Mandates;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.up.InFlight;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import io.muster.ingest.sessions.OutgoingMessage;
import io.muster.ingest.sessions.StoredSubscription;
import io.netty.channel.Channel;
import java.util.List;
import java.util.function.Consumer;

/** The downward half of one connection: what it is subscribed to and what it is sent. */
public final class Downward {
  private final SubscriptionDesk desk;
  private final Downstream stream;

  /**
   * @param inFlight what of the connection is on its way to the store
   */
  public Downward(
      Channel channel,
      Reachable connection,
      ActiveSession session,
      Mandates mandates,
      InFlight inFlight,
      DownSupport support) {
    var subscriptions = new Subscriptions();
    var hearings = new Hearings(session, inFlight, channel.eventLoop(), support);
    desk =
        new SubscriptionDesk(
            connection, session, subscriptions, mandates, hearings, support, channel.eventLoop());
    stream = new Downstream(channel, session, subscriptions, support);
  }

  /** Queues or drops; on any thread. */
  public void offer(DownwardMessage message) {
    stream.offer(message);
  }

  /** About how much is stored for a SUBSCRIBE or UNSUBSCRIBE with so many filters. */
  public int bytesToStore(int filters) {
    return desk.bytesToStore(filters);
  }

  /**
   * @param answer hears the codes for SUBACK, on the event loop
   */
  public void subscribe(Packet.Subscribe packet, Consumer<List<Integer>> answer) {
    desk.subscribe(packet, answer);
  }

  /**
   * @param answer hears the codes for UNSUBACK, on the event loop
   */
  public void unsubscribe(Packet.Unsubscribe packet, Consumer<List<Integer>> answer) {
    desk.unsubscribe(packet, answer);
  }

  /**
   * Takes up what an earlier connection of the session was subscribed to, then what it left of QoS
   * 2.
   *
   * @param done runs on the event loop when that is settled
   */
  public void restore(List<StoredSubscription> subscriptions, Runnable done) {
    desk.restore(
        subscriptions,
        () -> {
          stream.resume();
          done.run();
        });
  }

  /** Ends what is heard of a device that may no longer be spoken for. */
  public void forget(DeviceAddress device) {
    desk.forget(device);
  }

  /** Ends what is heard of a device unless it may still be spoken for. */
  public void reconsider(DeviceAddress device) {
    desk.reconsider(device);
  }

  /** Takes over what earlier connections of the session left of QoS 2; before anything is sent. */
  public void reserve(List<OutgoingMessage> left) {
    stream.reserve(left);
  }

  /** PUBACK; whether there is such a message. */
  public boolean acknowledged(int packetIdentifier, int reasonCode) {
    return stream.acknowledged(packetIdentifier, reasonCode);
  }

  /** PUBREC; whether there is such a message. */
  public boolean received(int packetIdentifier, int reasonCode) {
    return stream.received(packetIdentifier, reasonCode);
  }

  /** PUBCOMP; whether there is such a message. */
  public boolean completed(int packetIdentifier) {
    return stream.completed(packetIdentifier);
  }

  /** The socket takes bytes again. */
  public void writable() {
    stream.send();
  }

  /** The connection has ended. */
  public void end() {
    desk.end();
    stream.end();
  }
}
