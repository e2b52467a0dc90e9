package io.muster.ingest.endpoint.websocket;

import io.muster.ingest.endpoint.packets.FrameRoom;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;

/**
 * Netty's decoder waits for the whole of a frame; what gathers meanwhile is taken from the
 * connection's room as it comes. Without room the connection is not read, or a stranger is turned
 * away. On the event loop.
 */
final class GatheringFrameDecoder extends WebSocket13FrameDecoder {
  /** What may gather without asking for room; the least that a socket's buffer holds anyway. */
  private static final int FREE_BYTES = 4_096;

  private final FrameRoom room;
  private int reservedBytes;

  GatheringFrameDecoder(WebSocketDecoderConfig config, FrameRoom room) {
    super(config);
    this.room = room;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    var gathered = actualReadableBytes();
    var wanted = gathered <= FREE_BYTES ? 0 : gathered;
    if (wanted < reservedBytes) {
      room.giveBack(reservedBytes - wanted);
      reservedBytes = wanted;
    } else if (wanted > reservedBytes && room.reserve(wanted - reservedBytes)) {
      reservedBytes = wanted;
    }
    if (room.open()) {
      super.channelReadComplete(context);
    } else {
      // Its parent asks for more bytes when a frame has not come whole and nobody reads by itself.
      discardSomeReadBytes();
      context.fireChannelReadComplete();
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) throws Exception {
    if (reservedBytes > 0) {
      room.giveBack(reservedBytes);
      reservedBytes = 0;
    }
    super.handlerRemoved0(context);
  }
}
