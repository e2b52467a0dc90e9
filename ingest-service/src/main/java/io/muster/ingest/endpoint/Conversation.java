package io.muster.ingest.endpoint;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.authorisation.Mandates;
import io.muster.ingest.endpoint.authorisation.PublishRights;
import io.muster.ingest.endpoint.down.Downward;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.muster.ingest.endpoint.observe.ClientKind;
import io.muster.ingest.endpoint.packets.MalformedPacketException;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.PacketWriter;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.session.ConnectionControl;
import io.muster.ingest.endpoint.session.Dialogue;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.endpoint.up.Upstream;
import io.muster.ingest.sessions.SessionEnd;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * An accepted connection: hands each packet to the part that knows about it, and says what is left
 * when it ends. On the event loop.
 */
final class Conversation implements Dialogue {
  private final Channel channel;
  private final Shared shared;
  private final ReadGate gate;
  private final ConnectionControl control;
  private final ActiveSession session;
  private final Terms terms;
  private final Reach reach;
  private final Mandates mandates;
  private final Upstream up;
  private final Downward down;
  private final ClientKind kind;
  private long expiryAfterEnd;
  private boolean ended;

  Conversation(
      Channel channel,
      Shared shared,
      ReadGate gate,
      ConnectionControl control,
      Admission.Accepted accepted) {
    this.channel = channel;
    this.shared = shared;
    this.gate = gate;
    this.control = control;
    this.session = accepted.session();
    this.terms = accepted.terms();
    this.reach = accepted.reach();
    this.expiryAfterEnd = terms.sessionExpirySeconds();
    var rights = new PublishRights(session.device(), shared.access, session.scopes());
    mandates =
        new Mandates(
            session.device(),
            shared.access,
            shared.config.mandates(),
            channel.eventLoop(),
            shared.index.registerOf(reach));
    up = new Upstream(channel, session, rights, mandates, gate, control, shared.up);
    down = new Downward(channel, reach, session, mandates, up.inFlight(), shared.down);
    down.reserve(accepted.taken().outgoing());
    reach.settle(session, down, terms.keepAliveSeconds(), shared.clock.millis());
    kind = ClientKind.of(channel, session.version());
    shared.clients.came(kind);
  }

  ActiveSession session() {
    return session;
  }

  Reach reach() {
    return reach;
  }

  Downward down() {
    return down;
  }

  @Override
  public DeviceAddress device() {
    return session.device();
  }

  @Override
  public boolean isMqtt5() {
    return session.isMqtt5();
  }

  @Override
  public long maximumPacketBytes() {
    return session.maximumPacketBytes();
  }

  @Override
  public Instant validUntil() {
    return session.validUntil();
  }

  @Override
  public long keepAliveNanos() {
    return terms.keepAliveNanos();
  }

  @Override
  public void readComplete() {
    up.readComplete();
  }

  @Override
  public void writable() {
    down.writable();
  }

  @Override
  public void handle(Packet packet) {
    try {
      switch (packet) {
        case Packet.Publish publish -> up.publish(publish);
        case Packet.PubAck ack ->
            countUnless(down.acknowledged(ack.packetIdentifier(), ack.reasonCode()));
        case Packet.PubRel release -> up.release(release.packetIdentifier());
        case Packet.PingReq ping -> ping();
        case Packet.Subscribe subscribe -> subscribe(subscribe);
        case Packet.Unsubscribe unsubscribe -> unsubscribe(unsubscribe);
        case Packet.Disconnect disconnect -> goodbye(disconnect);
        case Packet.PubRec rec ->
            countUnless(down.received(rec.packetIdentifier(), rec.reasonCode()));
        case Packet.PubComp comp -> countUnless(down.completed(comp.packetIdentifier()));
        case Packet.Auth notOffered -> wrong("AUTH is not offered");
        case Packet.Connect second -> wrong("a second CONNECT");
      }
    } catch (MalformedPacketException error) {
      control.end(EndReason.of(error.reason()), error.getMessage());
    }
  }

  private void ping() {
    up.countOther(0);
    Output.send(channel, PacketWriter::pingResp);
  }

  @Override
  public void controlFrame() {
    up.countOther(0);
  }

  /** An answer to nothing that was sent. */
  private void countUnless(boolean awaited) {
    if (!awaited) {
      up.countOther(0);
    }
  }

  private void wrong(String detail) {
    control.end(EndReason.PROTOCOL_ERROR, detail);
  }

  /** MQTT 5 §3.1.2.11.4: an answer that the client would not take must not be sent. */
  private void requireRoomForCodes(int filters) throws MalformedPacketException {
    if (PacketWriter.subAckBytes(filters, "") > session.maximumPacketBytes()) {
      throw new MalformedPacketException(
          ReasonCode.PACKET_TOO_LARGE, "an answer for each filter is more than the client takes");
    }
  }

  private void subscribe(Packet.Subscribe packet) throws MalformedPacketException {
    requireRoomForCodes(packet.filters().size());
    up.countOther(down.bytesToStore(packet.filters().size()));
    gate.hold(Hold.SUBSCRIPTION);
    var identifier = packet.packetIdentifier();
    down.subscribe(
        packet,
        codes -> answer(codes.size(), out -> SubAcks.write(out, session, identifier, codes)));
  }

  private void unsubscribe(Packet.Unsubscribe packet) throws MalformedPacketException {
    requireRoomForCodes(packet.filters().size());
    up.countOther(down.bytesToStore(packet.filters().size()));
    gate.hold(Hold.SUBSCRIPTION);
    var identifier = packet.packetIdentifier();
    down.unsubscribe(
        packet,
        codes ->
            answer(
                codes.size(),
                out -> PacketWriter.unsubAck(out, session.version(), identifier, codes)));
  }

  private void answer(int codes, Consumer<ByteBuf> packet) {
    if (PacketWriter.subAckBytes(codes, "") > session.maximumPacketBytes()) {
      // Without an answer it would wait for ever (MQTT 5 §3.1.2.11.4).
      control.end(EndReason.PACKET_TOO_LARGE, "the answer is larger than the client takes");
    }
    // After DISCONNECT nothing may be sent (MQTT 5 §3.14.4).
    if (!ended) {
      Output.send(channel, packet);
      gate.release(Hold.SUBSCRIPTION);
    }
  }

  private void goodbye(Packet.Disconnect packet) {
    var asked = packet.properties().sessionExpirySeconds();
    if (asked > 0 && terms.sessionExpirySeconds() == 0) {
      // MQTT 5 §3.14.2.2.2.
      wrong("a session expiry where CONNECT had none");
      return;
    }
    if (asked >= 0) {
      expiryAfterEnd = Terms.expiry(asked, shared.config.connections());
    }
    var plain = packet.reasonCode() == ReasonCode.SUCCESS.code();
    control.end(plain ? EndReason.CLIENT : EndReason.CLIENT_WITH_WILL, "");
  }

  @Override
  public boolean isAnswered() {
    return up.isAnswered() && !gate.isHeld(Hold.AUTHORISATION) && !gate.isHeld(Hold.SUBSCRIPTION);
  }

  @Override
  public void end(EndReason reason) {
    ended = true;
    up.end();
    down.end();
    mandates.end();
    try {
      // Before it leaves the index: a session that nobody there holds is ended without its will.
      shared.sessions.ended(
          new SessionEnd(
              session.client(), session.epoch(), expiryAfterEnd, reason.publishesWill()));
    } finally {
      shared.index.leave(reach);
      shared.connected.leave();
      shared.clients.left(kind);
      shared.quotas.leave(session.use(), System.nanoTime());
      shared.metrics.ended(reason);
      shared.events.disconnected(session, reason);
    }
  }
}
