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

  private static final int CONNECT = 1;
  private static final int PUBLISH = 3;

  private final PacketLimits limits;
  private final FrameRoom room;
  private final PacketReader reader;
  private ProtocolVersion version;
  private int reservedBytes;
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
   * Reads nothing more: what has gathered and what still comes is thrown away. On the event loop.
   */
  public void discard() {
    discarding = true;
    releaseRoom();
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws MalformedPacketException {
    if (discarding) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (!room.open()) {
      return;
    }
    try {
      var packet = next(in);
      if (packet != null) {
        out.add(packet);
      }
    } catch (MalformedPacketException error) {
      discard();
      in.skipBytes(in.readableBytes());
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
      gather(1 + digits + length);
      return null;
    }
    releaseRoom();
    in.skipBytes(1 + digits);
    return read(first, in, length);
  }

  private Packet read(int first, ByteBuf in, int length) throws MalformedPacketException {
    if (first >> 4 == CONNECT) {
      var connect = reader.connect(in, length);
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

  private void gather(int packetBytes) {
    if (reservedBytes == 0 && packetBytes > FREE_BYTES && room.reserve(packetBytes)) {
      reservedBytes = packetBytes;
    }
  }

  private void releaseRoom() {
    if (reservedBytes > 0) {
      room.giveBack(reservedBytes);
      reservedBytes = 0;
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

  @Override
  protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws Exception {
    // The client has gone: what came while the room was closed, and half a packet, go with it.
    if (!discarding && room.open()) {
      super.decodeLast(context, in, out);
    }
    in.skipBytes(in.readableBytes());
    releaseRoom();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    releaseRoom();
  }
}
