package io.muster.ingest.endpoint.websocket;

import io.muster.ingest.endpoint.packets.MalformedPacketException;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;

/**
 * Unwraps what a client sent in binary frames and wraps what it is sent. A packet may begin and end
 * anywhere in a frame (MQTT 5 §6, [MQTT-6.0.0-2]). On the event loop.
 */
final class Frames extends ChannelDuplexHandler {
  private final WebSocketEvents events;

  /** A close frame was sent: nothing more may be, and only the client's own is waited for. */
  private boolean closing;

  /** What of RFC 6455 the client did not keep to; null while it does. */
  private WebSocketCloseStatus mistake;

  Frames(WebSocketEvents events) {
    this.events = events;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
      if (message instanceof CloseWebSocketFrame) {
        context.close();
      }
      return;
    }
    switch (message) {
      case BinaryWebSocketFrame binary -> context.fireChannelRead(binary.content());
      case ContinuationWebSocketFrame more -> context.fireChannelRead(more.content());
      case PingWebSocketFrame ping -> answer(context, ping);
      case PongWebSocketFrame pong -> {
        pong.release();
        events.controlFrame();
      }
      case CloseWebSocketFrame close -> end(context, close);
      case TextWebSocketFrame text -> {
        text.release();
        // [MQTT-6.0.0-1]
        wrong(context, WebSocketCloseStatus.INVALID_MESSAGE_TYPE, "a text frame");
      }
      default -> ReferenceCountUtil.release(message);
    }
  }

  /** Not when it was one too many. */
  private void answer(ChannelHandlerContext context, PingWebSocketFrame ping) {
    events.controlFrame();
    if (closing) {
      ping.release();
    } else {
      context.writeAndFlush(new PongWebSocketFrame(ping.content()));
    }
  }

  /** What is no frame is the client's mistake like what is no packet, and ends it as such. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    if (error instanceof CorruptedWebSocketFrameException wrong) {
      wrong(context, wrong.closeStatus(), wrong.getMessage());
    } else {
      context.fireExceptionCaught(error);
    }
  }

  private void wrong(ChannelHandlerContext context, WebSocketCloseStatus status, String detail) {
    mistake = status;
    var reason =
        status.equals(WebSocketCloseStatus.MESSAGE_TOO_BIG)
            ? ReasonCode.PACKET_TOO_LARGE
            : ReasonCode.PROTOCOL_ERROR;
    var malformed = new MalformedPacketException(reason, "WebSocket: " + detail);
    context.fireExceptionCaught(new DecoderException(malformed));
  }

  private void end(ChannelHandlerContext context, CloseWebSocketFrame last) {
    closing = true;
    context.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    switch (message) {
      case ByteBuf bytes -> context.write(new BinaryWebSocketFrame(bytes), promise);
      case CloseWebSocketFrame close -> {
        closing = true;
        context.write(mistake == null ? close : replaced(close), promise);
      }
      default -> context.write(message, promise);
    }
  }

  private CloseWebSocketFrame replaced(CloseWebSocketFrame close) {
    close.release();
    return new CloseWebSocketFrame(mistake);
  }
}
