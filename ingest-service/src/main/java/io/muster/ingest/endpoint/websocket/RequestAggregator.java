package io.muster.ingest.endpoint.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;

/**
 * Makes a request of what the codec gives. Netty's own would answer content by itself, seen by
 * nobody, and leave the connection open for more. On the event loop.
 */
final class RequestAggregator extends HttpObjectAggregator {
  private static final int NO_CONTENT = 0;

  private final Handshake handshake;

  RequestAggregator(Handshake handshake) {
    super(NO_CONTENT);
    this.handshake = handshake;
  }

  @Override
  protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
    handshake.refuse(NoHandshake.CONTENT, "a handshake has no content");
  }

  /** Nobody is asked to go on with content (RFC 9110 §10.1.1). */
  @Override
  protected Object newContinueResponse(
      HttpMessage start, int maxContentBytes, ChannelPipeline pipeline) {
    return null;
  }
}
