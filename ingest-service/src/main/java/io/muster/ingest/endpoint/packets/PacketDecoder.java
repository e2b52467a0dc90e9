package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.MalformedPacketException.malformed;
import static io.muster.ingest.endpoint.packets.MalformedPacketException.protocolError;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Cuts the stream into packets and reads each when it is there as a whole. A packet's size is
 * judged by its first bytes, before the rest may gather. The first error ends it: what follows is
 * thrown away (MQTT 5 §4.13).
 *
 * <p>It is not Netty's decoder because that one takes the length of properties for one that counts
 * its own bytes: of properties beyond 127 bytes whose last is a payload format indicator, two bytes
 * end up in the payload. It also waits for what an inner length promises beyond the packet, lets
 * properties of any size gather before it measures the packet, and replaces what is not UTF-8.
 */
public final class PacketDecoder extends ByteToMessageDecoder {
  /** What may gather without asking for room; the least that a socket's buffer holds anyway. */
  static final int FREE_BYTES = 4_096;

  /** By how much more than has come a stranger's CONNECT may have room. */
  private static final int STEP_BYTES = 8_192;

  private static final int CONNECT = 1;
  private static final int PUBLISH = 3;

  private final PacketLimits limits;
  private final FrameRoom room;
  private final PacketReader reader;
  private ProtocolVersion version;
  private int reservedBytes;
  private int keptBytes;
  private boolean discarding;

  public PacketDecoder(PacketLimits limits, FrameRoom room, ReadingDesk desk) {
    this.limits = limits;
    this.room = room;
    this.reader = new PacketReader(limits, desk);
  }

  /** Goes on with what has come while the room was closed. On the event loop. */
  public void resume(ChannelHandlerContext context) throws Exception {
    channelRead(context, Unpooled.EMPTY_BUFFER);
  }

  /**
   * From now on throws away what comes, and what has gathered; the connection is about to end. On
   * the event loop, also from within the reading of a packet.
   */
  public void discard(ChannelHandlerContext context) {
    discarding = true;
    releaseRoom();
    keep(0);
    // Later: the parent may be in the midst of these bytes.
    context.executor().execute(() -> dropWhatGathered(context));
  }

  private void dropWhatGathered(ChannelHandlerContext context) {
    if (!context.isRemoved()) {
      try {
        resume(context);
      } catch (Exception error) {
        context.fireExceptionCaught(error);
      }
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws MalformedPacketException {
    if (discarding) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (!room.open()) {
      keepAll(in);
      return;
    }
    keep(0);
    try {
      var packet = next(in);
      if (packet != null) {
        out.add(packet);
      } else if (!discarding && !room.open()) {
        keepAll(in);
      }
    } catch (MalformedPacketException error) {
      discarding = true;
      in.skipBytes(in.readableBytes());
      releaseRoom();
      throw error;
    }
  }

  private Packet next(ByteBuf in) throws MalformedPacketException {
    var start = in.readerIndex();
    var readable = in.readableBytes();
    int length = 0;
    int digits = 0;
    int digit;
    do {
      if (digits == 4) {
        throw malformed("remaining length of more than four bytes");
      }
      if (digits + 1 >= readable) {
        judgeType(in, start, readable);
        return null;
      }
      digit = in.getUnsignedByte(start + 1 + digits);
      length |= (digit & 0x7F) << (7 * digits);
      digits++;
    } while (digit >= 0x80);
    var first = in.getUnsignedByte(start);
    judge(first, 1 + digits + length);
    if (readable < 1 + digits + length) {
      gather(readable, 1 + digits + length);
      return null;
    }
    releaseRoom();
    in.skipBytes(1 + digits);
    return read(first, in, length);
  }

  private Packet read(int first, ByteBuf in, int length) throws MalformedPacketException {
    if (first >> 4 == CONNECT) {
      var connect = reader.connect(first, in, length);
      version = connect.version();
      return connect;
    }
    return reader.read(first, in, length, version);
  }

  private void judgeType(ByteBuf in, int start, int readable) throws MalformedPacketException {
    if (readable > 0) {
      judge(in.getUnsignedByte(start), 0);
    }
  }

  private void judge(int first, int packetBytes) throws MalformedPacketException {
    var type = first >> 4;
    if (version == null && type != CONNECT) {
      throw protocolError("something else before CONNECT");
    }
    if (version != null && type == CONNECT) {
      throw protocolError("a second CONNECT");
    }
    var most =
        switch (type) {
          case CONNECT -> limits.connectBytes();
          case PUBLISH -> limits.packetBytes();
          default -> limits.controlBytes();
        };
    if (packetBytes > most) {
      throw new MalformedPacketException(
          ReasonCode.PACKET_TOO_LARGE, packetBytes + " bytes, " + most + " are allowed");
    }
  }

  /**
   * A packet of somebody who was let in gets all its room at once, so that two that are half there
   * never wait for each other. A stranger's gets room for what has come: an announcement alone
   * costs nothing.
   */
  private void gather(int readable, int packetBytes) {
    var needed = version == null ? readable : packetBytes;
    if (needed <= FREE_BYTES || needed <= reservedBytes) {
      return;
    }
    var wanted = version == null ? Math.min(packetBytes, readable + STEP_BYTES) : packetBytes;
    if (room.reserve(wanted - reservedBytes)) {
      reservedBytes = wanted;
    }
  }

  private void releaseRoom() {
    if (reservedBytes > 0) {
      room.giveBack(reservedBytes);
      reservedBytes = 0;
    }
  }

  /** All of the buffer: what was read of it already is not free for anybody else. */
  private void keepAll(ByteBuf in) {
    keep(Math.max(0, in.capacity() - reservedBytes));
  }

  private void keep(int bytes) {
    if (bytes != keptBytes) {
      room.kept(bytes - keptBytes);
      keptBytes = bytes;
    }
  }

  /**
   * Its parent asks for more bytes when those that came made no packet and nobody reads by itself;
   * a closed room would then fill without bound.
   */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    if (room.open()) {
      super.channelReadComplete(context);
    } else {
      discardSomeReadBytes();
      context.fireChannelReadComplete();
    }
  }

  /**
   * Its parent takes the end of what comes for that of the connection, and would have the last
   * taken out while the room is closed.
   */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    context.fireUserEventTriggered(event);
  }

  @Override
  protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws Exception {
    // The client has gone: what came while the room was closed, and half a packet, go with it.
    if (!discarding && room.open()) {
      super.decodeLast(context, in, out);
    }
    in.skipBytes(in.readableBytes());
    releaseRoom();
    keep(0);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    releaseRoom();
    keep(0);
  }
}
