package io.muster.ingest.endpoint.websocket;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL;
import static io.netty.handler.codec.http.HttpHeaderNames.UPGRADE;
import static io.netty.handler.codec.http.HttpHeaderValues.CLOSE;
import static io.netty.handler.codec.http.HttpHeaderValues.TEXT_PLAIN;
import static io.netty.handler.codec.http.HttpHeaderValues.WEBSOCKET;

import io.muster.ingest.endpoint.packets.FrameRoom;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Answers the one HTTP request of a connection: switches to WebSocket, or says in words why not and
 * closes. On the event loop.
 */
final class Handshake extends SimpleChannelInboundHandler<FullHttpRequest> {
  /** MQTT 5 §6, [MQTT-6.0.0-3] and [MQTT-6.0.0-4]. */
  private static final String SUBPROTOCOL = "mqtt";

  private final String path;
  private final int maxFrameBytes;
  private final FrameRoom room;

  Handshake(String path, int maxFrameBytes, FrameRoom room) {
    this.path = path;
    this.maxFrameBytes = maxFrameBytes;
    this.room = room;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      refuse(context, HttpResponseStatus.BAD_REQUEST, "not HTTP");
    } else if (!path(request).equals(path)) {
      refuse(context, HttpResponseStatus.NOT_FOUND, "MQTT over WebSocket is at " + path);
    } else if (request.method() != HttpMethod.GET
        || !request.headers().contains(UPGRADE, WEBSOCKET, true)) {
      refuse(context, HttpResponseStatus.UPGRADE_REQUIRED, "this is a WebSocket");
    } else if (!offersMqtt(request)) {
      refuse(context, HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Protocol must offer mqtt");
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

  private void shakeHands(ChannelHandlerContext context, FullHttpRequest request) {
    if (!WebSocketVersion.V13.toHttpHeaderValue().contentEquals(version(request))) {
      refuse(context, HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Version must be 13");
      return;
    }
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
      context.pipeline().replace(this, null, new Frames());
    } catch (WebSocketHandshakeException wrong) {
      refuse(context, HttpResponseStatus.BAD_REQUEST, "no WebSocket handshake");
    }
  }

  private static String version(FullHttpRequest request) {
    var version = request.headers().get("Sec-WebSocket-Version");
    return version == null ? "" : version;
  }

  private static void refuse(
      ChannelHandlerContext context, HttpResponseStatus status, String words) {
    var body = Unpooled.copiedBuffer(words + "\n", StandardCharsets.UTF_8);
    var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response
        .headers()
        .set(CONTENT_TYPE, TEXT_PLAIN)
        .set(CONTENT_LENGTH, body.readableBytes())
        .set(CONNECTION, CLOSE);
    if (status == HttpResponseStatus.UPGRADE_REQUIRED) {
      response.headers().set(UPGRADE, WEBSOCKET);
    }
    context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
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
