package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.authorisation.Newcomer;
import io.muster.ingest.endpoint.limits.Knocking;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.muster.ingest.endpoint.packetlog.PacketTap;
import io.muster.ingest.endpoint.packets.FrameRoom;
import io.muster.ingest.endpoint.packets.MalformedPacketException;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.PacketDecoder;
import io.muster.ingest.endpoint.packets.PacketWriter;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ConnectionControl;
import io.muster.ingest.endpoint.session.Dialogue;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.endpoint.tls.ClientCertificate;
import io.muster.ingest.endpoint.tls.RefusedCertificateException;
import io.muster.ingest.endpoint.websocket.WebSocketEvents;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.FullHttpResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;

/**
 * One connection from its first byte to its last: knocking, being admitted, connected, leaving.
 * What is said while it is connected is a {@link Dialogue}'s. On its event loop.
 */
final class DeviceConnection extends ChannelInboundHandlerAdapter
    implements ConnectionControl, WebSocketEvents {
  private static final Logger LOG = Logger.getLogger(DeviceConnection.class);

  /** Pings and pongs before CONNECT, which a client that has something to say does without. */
  private static final int MOST_STRANGE_FRAMES = 16;

  private enum Phase {
    KNOCKING,
    ADMITTING,
    CONNECTED,
    LEAVING
  }

  private final Channel channel;
  private final SocketAddress client;
  private final Shared shared;
  private final LoopShard shard;
  private final Knocking.Place place;
  private final ReadGate gate;
  private final MemoryRoom room;
  private final PacketDecoder decoder;
  private final ConnectionTimers timers;
  private int strangeFrames;
  private Phase phase = Phase.KNOCKING;
  private Entrance admission;
  private Dialogue dialogue;

  /**
   * @param client whose connection it is; not the channel's other end when that is a proxy
   */
  DeviceConnection(
      Channel channel, SocketAddress client, Shared shared, LoopShard shard, Knocking.Place place) {
    this.channel = channel;
    this.client = client;
    this.shared = shared;
    this.shard = shard;
    this.place = place;
    this.gate = new ReadGate(channel, this::decodeWhatGathered, shared.paused);
    this.timers = new ConnectionTimers(this, gate, shared.config.connections());
    this.room = new MemoryRoom(gate, shared.knocking.memory(), timers, this);
    this.decoder = new PacketDecoder(shared.packetLimits, room, shard.desk);
  }

  /** Reads the bytes; stands before this in the pipeline. */
  PacketDecoder decoder() {
    return decoder;
  }

  /** Where what has not come whole may gather. */
  FrameRoom room() {
    return room;
  }

  Channel channel() {
    return channel;
  }

  String remoteAddress() {
    return client instanceof InetSocketAddress address && address.getAddress() != null
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
      case CONNECTED -> dialogue.handle(packet);
      // Being admitted it is not read; leaving, nothing it says matters.
      case ADMITTING, LEAVING -> {}
    }
  }

  private void knock(Packet packet) {
    if (packet instanceof Packet.Connect connect) {
      if (shared.packetLogs.any()) {
        PacketTap.greet(shared.packetLogs, channel, this, connect, this::remoteAddress);
      }
      phase = Phase.ADMITTING;
      gate.hold(Hold.ADMISSION);
      admission =
          Newcomer.isOne(connect) && ClientCertificate.of(channel).isEmpty()
              ? new ProvisioningEntrance(this, shared, gate, connect)
              : new Admission(this, shared, connect);
      admission.begin();
    }
  }

  /** The CONNECT is answered with yes. */
  void accept(Admission.Accepted accepted) {
    enter();
    room.moveTo(shared.budget, accepted.session().use().gathering());
    var conversation = new Conversation(channel, shared, gate, this, accepted);
    dialogue = conversation;
    if (shared.packetLogs.any()) {
      PacketTap.accepted(shared.packetLogs, channel, this, accepted.session(), this::remoteAddress);
    }
    shared.events.connected(accepted.session());
    takeOver(accepted.reach());
    if (phase != Phase.CONNECTED) {
      return;
    }
    var taken = accepted.taken();
    Output.send(
        channel,
        out ->
            ConnAcks.accepted(
                out, accepted.connect(), taken.present(), accepted.terms(), shared.config));
    conversation.down().restore(taken.subscriptions(), () -> gate.release(Hold.ADMISSION));
  }

  /**
   * The CONNECT of a device that is nobody yet is answered with yes.
   *
   * @param connAck the answer
   */
  void accept(Dialogue newcomers, Consumer<ByteBuf> connAck) {
    enter();
    // A frame of WebSocket and the packet in it may gather at a time.
    room.moveTo(shared.budget, 2 * ConnAcks.mostBytesOfNewcomer(shared.config));
    dialogue = newcomers;
    Output.send(channel, connAck);
    gate.release(Hold.ADMISSION);
  }

  private void enter() {
    phase = Phase.CONNECTED;
    admission = null;
    place.leave();
    shared.metrics.connected();
  }

  private void takeOver(Reach reach) {
    var loser = shared.index.claim(reach);
    if (loser != null) {
      loser.endFromOutside(EndReason.TAKEN_OVER, "a newer connection has this client identifier");
    }
  }

  /** The CONNECT is answered with no. */
  void refuse(Packet.Connect connect, ReasonCode code, String detail) {
    admission = null;
    place.leave();
    leave(out -> ConnAcks.refused(out, connect, code, detail));
  }

  @Override
  public void end(EndReason reason, String detail) {
    if (phase != Phase.CONNECTED) {
      return;
    }
    phase = Phase.LEAVING;
    PacketTap.tell(channel, "ended", reason.label(), detail);
    dialogue.end(reason);
    var told = reason.isToldToClient();
    if (told) {
      shared.refusals.write(dialogue.device(), remoteAddress(), "Connection ended", reason.label());
    }
    if (told && dialogue.isMqtt5()) {
      var most = dialogue.maximumPacketBytes();
      leave(out -> PacketWriter.disconnect5(out, reason.code(), detail, most));
    } else {
      leave(null);
    }
  }

  /** Somebody else ends it, also while it is being admitted. */
  void endFromOutside(EndReason reason, String detail) {
    if (admission != null) {
      admission.endFromOutside(reason);
    }
    end(reason, detail);
  }

  /**
   * @param last the last packet, or null
   */
  private void leave(Consumer<ByteBuf> last) {
    leaveWith(last != null && channel.isActive() ? Output.written(channel, last) : null);
  }

  private void leaveWith(Object last) {
    phase = Phase.LEAVING;
    gate.abandon();
    discard();
    if (Farewell.say(channel, last)) {
      timers.leaving();
    }
  }

  /** What it still sends, and what of it was not read, is of no use to anybody. */
  private void discard() {
    var context = channel.pipeline().context(decoder);
    if (context != null) {
      decoder.discard(context);
    }
  }

  @Override
  public void waitForMemory() {
    if (phase == Phase.KNOCKING) {
      // A stranger does not wait: those who were let in would wait behind it.
      turnAway("memory");
    } else if (!gate.isHeld(Hold.MEMORY)) {
      shared.metrics.held(Hold.MEMORY);
      gate.hold(Hold.MEMORY);
      shard.waitForMemory(this);
    }
  }

  @Override
  public void waitToGather() {
    if (!gate.isHeld(Hold.GATHERING)) {
      shared.metrics.held(Hold.GATHERING);
      gate.hold(Hold.GATHERING);
      shard.waitToGather(this);
    }
  }

  /** False when it has to wait on. */
  boolean gathersAgain() {
    // One that has ended waits for nothing.
    if (gate.isHeld(Hold.GATHERING) && !room.mayGather()) {
      return false;
    }
    gate.release(Hold.GATHERING);
    return true;
  }

  void memoryIsBack() {
    gate.release(Hold.MEMORY);
  }

  /** Something of ours failed outside of the pipeline. */
  void failed(RuntimeException error) {
    exceptionCaught(null, error);
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
      case CONNECTED -> {
        if (dialogue instanceof Conversation conversation) {
          conversation.reach().heard(timers.heardMillis(nowNanos, nowMillis));
        }
        timers.judge(dialogue, nowNanos, nowMillis);
      }
      case LEAVING -> {
        if (timers.farewellIsOver(nowNanos)) {
          channel.close();
        }
      }
    }
  }

  /** Closes a connection that has not said who it is. */
  private void turnAway(String reason) {
    turnAway(reason, null);
  }

  private void turnAway(String reason, Object last) {
    shared.metrics.refused(reason);
    shared.refusals.write(null, remoteAddress(), "Connection closed before CONNECT", reason);
    place.leave();
    leaveWith(last);
  }

  @Override
  public void handshakeRefused(String reason, FullHttpResponse answer) {
    if (phase == Phase.KNOCKING) {
      turnAway(reason, answer);
    } else {
      answer.release();
    }
  }

  @Override
  public void controlFrame() {
    switch (phase) {
      case KNOCKING -> {
        if (++strangeFrames > MOST_STRANGE_FRAMES) {
          turnAway("websocket-frames");
        }
      }
      case CONNECTED -> dialogue.controlFrame();
      // It is not read: this came together with its CONNECT, or comes too late.
      case ADMITTING, LEAVING -> {}
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    readComplete();
  }

  private void readComplete() {
    if (dialogue != null) {
      dialogue.readComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      timers.outputFlows();
      gate.release(Hold.OUTPUT);
      if (phase == Phase.CONNECTED) {
        dialogue.writable();
      }
    } else if (!gate.isHeld(Hold.OUTPUT)) {
      timers.outputStalls();
      shared.metrics.held(Hold.OUTPUT);
      gate.hold(Hold.OUTPUT);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      gate.inputEnded();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    shard.remove(this);
    var ended = phase;
    phase = Phase.LEAVING;
    switch (ended) {
      case KNOCKING -> place.leave();
      case ADMITTING -> {
        place.leave();
        admission.abandon();
        admission = null;
      }
      case CONNECTED -> dialogue.end(EndReason.CONNECTION_LOST);
      case LEAVING -> {}
    }
    gate.abandon();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    var wrapped = error instanceof DecoderException && error.getCause() != null;
    switch (wrapped ? error.getCause() : error) {
      case MalformedPacketException malformed -> malformed(malformed);
      case SSLException failed when phase == Phase.KNOCKING ->
          turnAway(RefusedCertificateException.label(failed));
      case IOException lost -> channel.close();
      case Throwable ours -> {
        LOG.error("A connection failed for a reason of ours", ours);
        end(EndReason.SERVER_ERROR, "internal error");
        channel.close();
      }
    }
  }

  private void malformed(MalformedPacketException error) {
    if (phase == Phase.KNOCKING && error.reason() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) {
      turnAway("protocol-version", Output.written(channel, ConnAcks::unknownVersion));
    } else if (phase == Phase.KNOCKING) {
      turnAway(EndReason.of(error.reason()).label());
    } else {
      end(EndReason.of(error.reason()), error.getMessage());
    }
  }

  /** Reads nothing more, and ends when what was read is answered: the server is shutting down. */
  void depart() {
    if (admission != null) {
      admission.endFromOutside(EndReason.SHUTTING_DOWN);
    } else if (phase == Phase.CONNECTED) {
      gate.hold(Hold.CLOSING);
      shard.awaitDeparture(this);
    }
  }

  /** Ends it if nothing waits for an answer; false when something does. */
  boolean departed() {
    if (phase == Phase.CONNECTED && dialogue.isAnswered()) {
      end(EndReason.SHUTTING_DOWN, "the server is shutting down");
    }
    return phase != Phase.CONNECTED;
  }

  /** Its device's packet log may have been switched on. */
  void watchPackets() {
    if (phase == Phase.CONNECTED && dialogue instanceof Conversation conversation) {
      PacketTap.watch(
          shared.packetLogs, channel, this, conversation.session(), this::remoteAddress);
    }
  }
}
