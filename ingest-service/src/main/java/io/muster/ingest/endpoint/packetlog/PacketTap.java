package io.muster.ingest.endpoint.packetlog;

import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Writes down one connection's packets. It is in the pipeline only while its device's log is on, so
 * that the others pay nothing; what fails in it ends it and not the connection. On the event loop.
 */
public final class PacketTap extends ChannelDuplexHandler {
  private static final Logger LOG = Logger.getLogger(PacketTap.class);

  private final PacketLogs logs;
  private final PacketLog log;
  private final ProtocolVersion version;
  private final String connection;
  private final String address;
  private Long connectionId;

  private PacketTap(
      PacketLogs logs, PacketLog log, ProtocolVersion version, String connection, String address) {
    this.logs = logs;
    this.log = log;
    this.version = version;
    this.connection = connection;
    this.address = address;
  }

  /**
   * A CONNECT came: begins when the log of the device that it names is on, and writes it down.
   *
   * @param handler which handles the packets; the tap stands before it
   */
  public static void greet(
      PacketLogs logs,
      Channel channel,
      ChannelHandler handler,
      Packet.Connect connect,
      Supplier<String> address) {
    var log = logs.claimedBy(connect);
    if (log != null) {
      var tap =
          new PacketTap(logs, log, connect.version(), channel.id().asShortText(), address.get());
      tap.install(channel, handler);
      tap.guarded(channel.pipeline(), () -> tap.received(connect));
    }
  }

  /** The log of a device that is connected may have been switched on. */
  public static void watch(
      PacketLogs logs,
      Channel channel,
      ChannelHandler handler,
      ActiveSession session,
      Supplier<String> address) {
    var log = logs.of(session.device());
    var last = of(channel);
    if (log == null || !channel.isActive() || (last != null && last.log == log)) {
      return;
    }
    if (last != null) {
      channel.pipeline().remove(last);
    }
    var tap =
        new PacketTap(logs, log, session.version(), channel.id().asShortText(), address.get());
    tap.connectionId = session.connectionId();
    tap.install(channel, handler);
    var client = Shown.text(session.client().value());
    tap.event(channel, "watched", Map.of("clientIdentifier", client));
  }

  /** The CONNECT was accepted. */
  public static void accepted(
      PacketLogs logs,
      Channel channel,
      ChannelHandler handler,
      ActiveSession session,
      Supplier<String> address) {
    var tap = of(channel);
    if (tap == null) {
      // It may have been switched on since the CONNECT.
      watch(logs, channel, handler, session, address);
    } else {
      tap.connectionId = session.connectionId();
      tap.event(
          channel,
          "accepted",
          Map.of("epoch", session.epoch(), "persistent", session.persistent()));
    }
  }

  /**
   * What became of the connection, as the client may not be told.
   *
   * @param event {@code refused} or {@code ended}
   */
  public static void tell(Channel channel, String event, String reason, String detail) {
    var tap = of(channel);
    if (tap != null) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("reason", reason);
      if (!detail.isEmpty()) {
        fields.put("detail", Shown.text(detail));
      }
      tap.event(channel, event, fields);
    }
  }

  private static PacketTap of(Channel channel) {
    return channel.pipeline().get(PacketTap.class);
  }

  private void install(Channel channel, ChannelHandler handler) {
    var pipeline = channel.pipeline();
    pipeline.addBefore(pipeline.context(handler).name(), null, this);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (goesOn(context) && message instanceof Packet packet) {
      guarded(context.pipeline(), () -> received(packet));
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (goesOn(context) && message instanceof ByteBuf bytes) {
      guarded(
          context.pipeline(),
          () ->
              SentPackets.read(
                  bytes, version, log.showsPayloads(), (name, it) -> write("out", name, () -> it)));
    }
    context.write(message, promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (goesOn(context)) {
      event(context.channel(), "closed", Map.of());
    }
    context.fireChannelInactive();
  }

  private boolean goesOn(ChannelHandlerContext context) {
    if (log.isOn()) {
      return true;
    }
    context.pipeline().remove(this);
    return false;
  }

  private void guarded(ChannelPipeline pipeline, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException ours) {
      LOG.warn("A packet could not be written down; the packet log of the connection ends", ours);
      pipeline.remove(this);
    }
  }

  private void received(Packet packet) {
    write(
        "in",
        ReceivedPacket.name(packet),
        () -> ReceivedPacket.fields(packet, log.device(), log.showsPayloads()));
  }

  private void event(Channel channel, String event, Map<String, Object> fields) {
    if (log.isOn()) {
      guarded(channel.pipeline(), () -> write("event", event, () -> fields));
    }
  }

  private void write(String direction, String packet, Supplier<Map<String, Object>> fields) {
    var leftOut = log.admit();
    if (leftOut >= 0) {
      log.take(
          new PacketEntry(
              logs.clock().instant(),
              logs.replica(),
              connection,
              connectionId,
              address,
              direction,
              packet,
              fields.get(),
              leftOut == 0 ? null : leftOut));
    }
  }
}
