package io.muster.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import java.util.List;

/**
 * Reads what a server says to a client that only publishes. It takes the place of Netty's decoder
 * once the connection stands: a PUBACK costs a few additions here and no object (MQTT 5 §3.4).
 */
final class ReplyReader extends ByteToMessageDecoder {
  private static final int PUBACK = 4;
  private static final int PINGRESP = 13;
  private static final int DISCONNECT = 14;
  private static final int INCOMPLETE = -1;

  /** Hears each reply, on the channel's event loop. */
  interface Listener {
    /**
     * @param reason MQTT 5 reason code; 0 at MQTT 3.1.1
     */
    void acknowledged(int packetIdentifier, int reason);

    /**
     * @param reason MQTT 5 reason code
     */
    void disconnected(int reason);
  }

  private final Listener listener;

  ReplyReader(Listener listener) {
    this.listener = listener;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    while (readPacket(in)) {
      // One read of the socket holds many PUBACKs.
    }
  }

  private boolean readPacket(ByteBuf in) {
    var start = in.readerIndex();
    if (in.readableBytes() < 2) {
      return false;
    }
    var type = in.readUnsignedByte() >>> 4;
    var remaining = readRemainingLength(in);
    if (remaining == INCOMPLETE || in.readableBytes() < remaining) {
      in.readerIndex(start);
      return false;
    }
    var end = in.readerIndex() + remaining;
    switch (type) {
      case PUBACK -> readAcknowledgement(in, remaining);
      case DISCONNECT -> listener.disconnected(remaining > 0 ? in.readUnsignedByte() : 0);
      case PINGRESP -> {}
      default -> throw new DecoderException("unexpected packet of type " + type);
    }
    in.readerIndex(end);
    return true;
  }

  private void readAcknowledgement(ByteBuf in, int remaining) {
    if (remaining < 2) {
      throw new DecoderException("PUBACK of " + remaining + " bytes");
    }
    var packetIdentifier = in.readUnsignedShort();
    // Without a reason code it is 0x00 (MQTT 5 §3.4.2.1).
    listener.acknowledged(packetIdentifier, remaining > 2 ? in.readUnsignedByte() : 0);
  }

  private static int readRemainingLength(ByteBuf in) {
    var value = 0;
    for (var shift = 0; shift < 28; shift += 7) {
      if (!in.isReadable()) {
        return INCOMPLETE;
      }
      var digit = in.readUnsignedByte();
      value |= (digit & 0x7f) << shift;
      if (digit < 0x80) {
        return value;
      }
    }
    throw new DecoderException("remaining length of more than four bytes");
  }
}
