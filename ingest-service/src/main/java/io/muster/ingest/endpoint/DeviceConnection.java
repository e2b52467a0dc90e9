package io.muster.ingest.endpoint;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.authorisation.PublishRights;
import io.muster.ingest.endpoint.down.Downward;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.muster.ingest.endpoint.packets.FrameRoom;
import io.muster.ingest.endpoint.packets.MalformedPacketException;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.PacketDecoder;
import io.muster.ingest.endpoint.packets.PacketWriter;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.session.ConnectionControl;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.endpoint.up.Upstream;
import io.muster.ingest.sessions.SessionEnd;
import io.muster.ingest.sessions.TakenSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;

/**
 * One connection from its first byte to its last: knocking, being admitted, connected, leaving. It
 * hands each packet to the part that knows about it. On its event loop.
 */
final class DeviceConnection extends ChannelInboundHandlerAdapter implements ConnectionControl {
  private static final Logger LOG = Logger.getLogger(DeviceConnection.class);

  private enum Phase {
    KNOCKING,
    ADMITTING,
    CONNECTED,
    LEAVING
  }

  private final Channel channel;
  private final Shared shared;
  private final LoopShard shard;
  private final ReadGate gate;
  private final PacketDecoder decoder;
  private final ConnectionTimers timers;
  private Phase phase = Phase.KNOCKING;
  private Admission admission;
  private Live live;
  private long expiryAfterEnd;

  DeviceConnection(Channel channel, Shared shared, LoopShard shard) {
    this.channel = channel;
    this.shared = shared;
    this.shard = shard;
    this.gate = new ReadGate(channel, this::decodeWhatGathered, shared.paused);
    this.timers = new ConnectionTimers(this, gate, shared.config.connections());
    this.decoder = new PacketDecoder(shared.packetLimits, new Room(), shard.desk);
  }

  /** Reads the bytes; stands before this in the pipeline. */
  PacketDecoder decoder() {
    return decoder;
  }

  Channel channel() {
    return channel;
  }

  String remoteAddress() {
    return channel.remoteAddress() instanceof InetSocketAddress address
        ? address.getAddress().getHostAddress()
        : "unknown";
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    shard.add(this);
  }

  private void decodeWhatGathered() {
    var context = channel.pipeline().context(decoder);
    if (context == null) {
      return;
    }
    try {
      decoder.resume(context);
      readComplete();
    } catch (Exception error) {
      exceptionCaught(context, error);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof Packet packet)) {
      throw new IllegalStateException("the decoder gives packets alone");
    }
    timers.packetCame();
    switch (phase) {
      case KNOCKING -> knock(packet);
      case CONNECTED -> handle(packet);
      // Being admitted it is not read; leaving, nothing it says matters.
      case ADMITTING, LEAVING -> {}
    }
  }

  private void knock(Packet packet) {
    if (packet instanceof Packet.Connect connect) {
      phase = Phase.ADMITTING;
      gate.hold(Hold.ADMISSION);
      admission = new Admission(this, shared, connect);
      admission.begin();
    }
  }

  private void handle(Packet packet) {
    try {
      switch (packet) {
        case Packet.Publish publish -> live.up().publish(publish);
        case Packet.PubAck ack ->
            live.down().acknowledged(ack.packetIdentifier(), ack.reasonCode());
        case Packet.PubRel release -> live.up().release(release.packetIdentifier());
        case Packet.PingReq ping -> write(PacketWriter::pingResp);
        case Packet.Subscribe subscribe -> subscribe(subscribe);
        case Packet.Unsubscribe unsubscribe -> unsubscribe(unsubscribe);
        case Packet.Disconnect disconnect -> goodbye(disconnect);
        case Packet.PubRec neverGranted -> end(EndReason.PROTOCOL_ERROR, "QoS 2 is never granted");
        case Packet.PubComp neverGranted -> end(EndReason.PROTOCOL_ERROR, "QoS 2 is never granted");
        case Packet.Auth notOffered -> end(EndReason.PROTOCOL_ERROR, "AUTH is not offered");
        case Packet.Connect second -> end(EndReason.PROTOCOL_ERROR, "a second CONNECT");
      }
    } catch (MalformedPacketException error) {
      end(EndReason.of(error.reason()), error.getMessage());
    }
  }

  private void subscribe(Packet.Subscribe packet) {
    gate.hold(Hold.SUBSCRIPTION);
    live.down()
        .subscribe(
            packet,
            codes -> {
              var version = live.session().version();
              write(out -> PacketWriter.subAck(out, version, packet.packetIdentifier(), codes));
              gate.release(Hold.SUBSCRIPTION);
            });
  }

  private void unsubscribe(Packet.Unsubscribe packet) {
    gate.hold(Hold.SUBSCRIPTION);
    live.down()
        .unsubscribe(
            packet,
            codes -> {
              var version = live.session().version();
              write(out -> PacketWriter.unsubAck(out, version, packet.packetIdentifier(), codes));
              gate.release(Hold.SUBSCRIPTION);
            });
  }

  private void goodbye(Packet.Disconnect packet) {
    var asked = packet.properties().sessionExpirySeconds();
    if (asked > 0 && live.terms().sessionExpirySeconds() == 0) {
      // MQTT 5 §3.14.2.2.2.
      end(EndReason.PROTOCOL_ERROR, "a session expiry where CONNECT had none");
      return;
    }
    if (asked >= 0) {
      expiryAfterEnd = Terms.expiry(asked, shared.config.connections());
    }
    var plain = packet.reasonCode() == ReasonCode.SUCCESS.code();
    end(plain ? EndReason.CLIENT : EndReason.CLIENT_WITH_WILL, "");
  }

  /** The CONNECT is answered with yes. */
  void accept(
      Packet.Connect connect, Terms terms, ActiveSession session, Reach reach, TakenSession taken) {
    phase = Phase.CONNECTED;
    admission = null;
    expiryAfterEnd = terms.sessionExpirySeconds();
    shared.knocking.leave();
    shared.metrics.connected();
    var rights = new PublishRights(session.device(), shared.access);
    var up = new Upstream(channel, session, rights, gate, this, shared.up);
    var down = new Downward(channel, reach, session, shared.down);
    live = new Live(session, terms, up, down, reach, Live.keepAliveNanos(terms));
    reach.settle(session, down);
    takeOver(reach);
    if (phase != Phase.CONNECTED) {
      return;
    }
    shared.events.connected(session);
    write(out -> ConnAcks.accepted(out, connect, taken.present(), terms, shared.config));
    down.restore(taken.subscriptions());
    gate.release(Hold.ADMISSION);
  }

  private void takeOver(Reach reach) {
    var loser = shared.index.claim(reach);
    if (loser == reach) {
      end(EndReason.TAKEN_OVER, "a newer connection has this client identifier");
    } else if (loser != null) {
      loser.endFromOutside(EndReason.TAKEN_OVER, "a newer connection has this client identifier");
    }
  }

  /** The CONNECT is answered with no. */
  void refuse(Packet.Connect connect, ReasonCode code, String detail) {
    admission = null;
    shared.knocking.leave();
    leave(out -> ConnAcks.refused(out, connect, code, detail));
  }

  @Override
  public void end(EndReason reason, String detail) {
    if (phase != Phase.CONNECTED) {
      return;
    }
    var told = reason.isToldToClient();
    if (told) {
      shared.refusals.write(device(), remoteAddress(), "Connection ended", reason.label());
    }
    endSession(reason);
    if (told && live.session().isMqtt5()) {
      leave(out -> PacketWriter.disconnect5(out, reason.code(), detail));
    } else {
      leave(null);
    }
  }

  void endFromOutside(EndReason reason, String detail) {
    if (admission != null) {
      admission.withdrawn();
    }
    end(reason, detail);
  }

  private void endSession(EndReason reason) {
    phase = Phase.LEAVING;
    var session = live.session();
    live.down().end();
    shared.index.leave(live.reach());
    shared.connected.leave();
    shared.metrics.ended(reason);
    shared.events.disconnected(session, reason);
    shared.sessions.ended(
        new SessionEnd(session.client(), session.epoch(), expiryAfterEnd, reason.publishesWill()));
  }

  private void leave(java.util.function.Consumer<ByteBuf> last) {
    phase = Phase.LEAVING;
    gate.abandon();
    ByteBuf packet = null;
    if (last != null && channel.isActive()) {
      packet = channel.alloc().ioBuffer();
      last.accept(packet);
    }
    if (Farewell.say(channel, packet)) {
      timers.leaving();
    }
  }

  @Override
  public void waitForMemory() {
    if (!gate.isHeld(Hold.MEMORY)) {
      shared.metrics.held(Hold.MEMORY);
      gate.hold(Hold.MEMORY);
      shard.waitForMemory(this);
    }
  }

  void memoryIsBack() {
    gate.release(Hold.MEMORY);
  }

  /** What a clock may end; called now and then. */
  void tick(long nowNanos, long nowMillis) {
    switch (phase) {
      case KNOCKING -> {
        if (timers.connectIsLate(nowNanos)) {
          turnAway("connect-timeout");
        }
      }
      case ADMITTING -> {}
      case CONNECTED -> timers.judge(live, nowNanos, nowMillis);
      case LEAVING -> {
        if (timers.farewellIsOver(nowNanos)) {
          channel.close();
        }
      }
    }
  }

  /** Closes a connection that has not said who it is. */
  private void turnAway(String reason) {
    shared.metrics.refused(reason);
    shared.refusals.write(null, remoteAddress(), "Connection closed before CONNECT", reason);
    shared.knocking.leave();
    leave(null);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    readComplete();
  }

  private void readComplete() {
    if (live != null) {
      live.up().readComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      timers.outputFlows();
      gate.release(Hold.OUTPUT);
      if (phase == Phase.CONNECTED) {
        live.down().writable();
      }
    } else if (!gate.isHeld(Hold.OUTPUT)) {
      timers.outputStalls();
      shared.metrics.held(Hold.OUTPUT);
      gate.hold(Hold.OUTPUT);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    shard.remove(this);
    switch (phase) {
      case KNOCKING, ADMITTING -> {
        phase = Phase.LEAVING;
        shared.knocking.leave();
        if (admission != null) {
          admission.abandon();
        }
      }
      case CONNECTED -> endSession(EndReason.CONNECTION_LOST);
      case LEAVING -> {}
    }
    gate.abandon();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    var cause =
        error instanceof DecoderException && error.getCause() != null ? error.getCause() : error;
    switch (cause) {
      case MalformedPacketException malformed -> malformed(malformed);
      case SSLException tls -> notTls();
      case IOException lost -> channel.close();
      default -> broken(cause);
    }
  }

  private void malformed(MalformedPacketException error) {
    if (phase == Phase.KNOCKING && error.reason() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) {
      shared.metrics.refused("protocol-version");
      shared.knocking.leave();
      leave(ConnAcks::unknownVersion);
    } else if (phase == Phase.KNOCKING) {
      turnAway(EndReason.of(error.reason()).label());
    } else {
      end(EndReason.of(error.reason()), error.getMessage());
    }
  }

  private void notTls() {
    if (phase == Phase.KNOCKING) {
      turnAway("tls");
    } else {
      channel.close();
    }
  }

  private void broken(Throwable cause) {
    LOG.error("A connection failed for a reason of ours", cause);
    if (phase == Phase.CONNECTED) {
      end(EndReason.SERVER_ERROR, "internal error");
    } else {
      channel.close();
    }
  }

  private DeviceAddress device() {
    return live == null ? null : live.session().device();
  }

  /** How many messages wait for the store. */
  int inFlight() {
    return live == null ? 0 : live.up().inFlight();
  }

  /** Stops reading for good; what was read is still answered. */
  void drain() {
    gate.hold(Hold.CLOSING);
  }

  private void write(java.util.function.Consumer<ByteBuf> packet) {
    if (!channel.isActive()) {
      return;
    }
    var out = channel.alloc().ioBuffer(64);
    packet.accept(out);
    channel.writeAndFlush(out, channel.voidPromise());
  }

  /** The decoder's view of the limits. */
  private final class Room implements FrameRoom {
    @Override
    public boolean open() {
      return gate.isOpen();
    }

    @Override
    public boolean reserve(int bytes) {
      if (shared.budget.tryReserve(bytes)) {
        timers.packetBegan();
        return true;
      }
      waitForMemory();
      return false;
    }

    @Override
    public void giveBack(int bytes) {
      timers.packetCame();
      shared.budget.release(bytes);
    }
  }
}
