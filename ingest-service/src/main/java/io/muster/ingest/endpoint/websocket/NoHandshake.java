package io.muster.ingest.endpoint.websocket;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.UPGRADE;
import static io.netty.handler.codec.http.HttpHeaderValues.CLOSE;
import static io.netty.handler.codec.http.HttpHeaderValues.TEXT_PLAIN;
import static io.netty.handler.codec.http.HttpHeaderValues.WEBSOCKET;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/** Why a request is no handshake that is served here; in metrics and logs by its {@link #label}. */
enum NoHandshake {
  /** No HTTP/1. */
  NOT_HTTP("websocket-not-http", HttpResponseStatus.BAD_REQUEST),
  /** Its first line or its headers are more than a stranger may send. */
  HEADERS("websocket-headers", HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
  /** It announces content. */
  CONTENT("websocket-content", HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE),
  PATH("websocket-path", HttpResponseStatus.NOT_FOUND),
  /** A browser that was given the address, a health check. */
  NO_UPGRADE("websocket-no-upgrade", HttpResponseStatus.UPGRADE_REQUIRED),
  SUBPROTOCOL("websocket-subprotocol", HttpResponseStatus.BAD_REQUEST),
  VERSION("websocket-version", HttpResponseStatus.BAD_REQUEST),
  /** Without what RFC 6455 §4.2.1 wants beside these. */
  INCOMPLETE("websocket-incomplete", HttpResponseStatus.BAD_REQUEST);

  private final String label;
  private final HttpResponseStatus status;

  NoHandshake(String label, HttpResponseStatus status) {
    this.label = label;
    this.status = status;
  }

  String label() {
    return label;
  }

  /** What the client is told, before the connection ends. */
  FullHttpResponse answer(String words) {
    var body = Unpooled.copiedBuffer(words + "\n", StandardCharsets.UTF_8);
    var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response
        .headers()
        .set(CONTENT_TYPE, TEXT_PLAIN)
        .set(CONTENT_LENGTH, body.readableBytes())
        .set(CONNECTION, CLOSE);
    if (this == NO_UPGRADE) {
      response.headers().set(UPGRADE, WEBSOCKET);
    }
    return response;
  }
}
