package io.muster.ingest.endpoint.websocket;

import static io.netty.handler.codec.http.HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL;
import static io.netty.handler.codec.http.HttpHeaderNames.SEC_WEBSOCKET_VERSION;
import static io.netty.handler.codec.http.HttpHeaderNames.UPGRADE;
import static io.netty.handler.codec.http.HttpHeaderValues.WEBSOCKET;

import io.muster.ingest.endpoint.packets.FrameRoom;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.util.Arrays;

/**
 * Answers the one HTTP request of a connection: switches to WebSocket, or says in words why not,
 * with which the connection ends. A page's origin is not asked for: a browser shows no credential
 * by itself here, as it does with cookies. On the event loop.
 */
final class Handshake extends SimpleChannelInboundHandler<FullHttpRequest> {
  /** MQTT 5 §6, [MQTT-6.0.0-3] and [MQTT-6.0.0-4]. */
  private static final String SUBPROTOCOL = "mqtt";

  private final String path;
  private final int maxFrameBytes;
  private final FrameRoom room;
  private final WebSocketEvents events;

  /** What comes behind a request that was refused is not looked at. */
  private boolean refused;

  Handshake(String path, int maxFrameBytes, FrameRoom room, WebSocketEvents events) {
    this.path = path;
    this.maxFrameBytes = maxFrameBytes;
    this.room = room;
    this.events = events;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (!refused) {
      judge(context, request);
    }
  }

  private void judge(ChannelHandlerContext context, FullHttpRequest request) {
    var unreadable = request.decoderResult().cause();
    if (unreadable instanceof TooLongFrameException) {
      refuse(NoHandshake.HEADERS, "the first line or the headers are too long");
    } else if (unreadable != null) {
      refuse(NoHandshake.NOT_HTTP, "not HTTP");
    } else if (!path(request).equals(path)) {
      refuse(NoHandshake.PATH, "MQTT over WebSocket is at " + path);
    } else if (request.method() != HttpMethod.GET
        || !request.headers().contains(UPGRADE, WEBSOCKET, true)) {
      refuse(NoHandshake.NO_UPGRADE, "this is a WebSocket");
    } else if (!offersMqtt(request)) {
      refuse(NoHandshake.SUBPROTOCOL, "Sec-WebSocket-Protocol must offer mqtt");
    } else if (!isOfVersion13(request)) {
      refuse(NoHandshake.VERSION, "Sec-WebSocket-Version must be 13");
    } else {
      shakeHands(context, request);
    }
  }

  private static String path(FullHttpRequest request) {
    var uri = request.uri();
    var query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  private static boolean offersMqtt(FullHttpRequest request) {
    return request.headers().getAll(SEC_WEBSOCKET_PROTOCOL).stream()
        .flatMap(line -> Arrays.stream(line.split(",")))
        .anyMatch(offered -> offered.strip().equals(SUBPROTOCOL));
  }

  private static boolean isOfVersion13(FullHttpRequest request) {
    var version = request.headers().get(SEC_WEBSOCKET_VERSION);
    return WebSocketVersion.V13.toHttpHeaderValue().equals(version);
  }

  private void shakeHands(ChannelHandlerContext context, FullHttpRequest request) {
    var frames =
        WebSocketDecoderConfig.newBuilder()
            .maxFramePayloadLength(maxFrameBytes)
            .allowExtensions(false)
            // The connection closes, and says why in MQTT first.
            .closeOnProtocolViolation(false)
            // MQTT has no text; what is not UTF-8 is its own packets' to judge.
            .withUTF8Validator(false)
            .build();
    try {
      new Handshaker(frames, room).handshake(context.channel(), request);
      context.pipeline().replace(this, null, new Frames(events));
    } catch (WebSocketHandshakeException wrong) {
      refuse(NoHandshake.INCOMPLETE, "no WebSocket handshake");
    }
  }

  /** Once. */
  void refuse(NoHandshake why, String words) {
    if (!refused) {
      refused = true;
      events.handshakeRefused(why.label(), why.answer(words));
    }
  }

  /** Netty's, with a decoder whose memory is counted. */
  private static final class Handshaker extends WebSocketServerHandshaker13 {
    private final FrameRoom room;

    Handshaker(WebSocketDecoderConfig frames, FrameRoom room) {
      super(null, SUBPROTOCOL, frames);
      this.room = room;
    }

    @Override
    protected WebSocketFrameDecoder newWebsocketDecoder() {
      return new GatheringFrameDecoder(decoderConfig(), room);
    }
  }
}
