package io.muster.ingest.endpoint.websocket;

import io.muster.ingest.endpoint.packets.FrameRoom;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

/**
 * Puts WebSocket (RFC 6455) between the socket and the MQTT packets (MQTT 5 §6): one HTTP request
 * that asks for it, then MQTT in binary frames. Stateless.
 */
public final class MqttOverWebSocket {
  /** What a stranger may send before it is known what it wants. */
  private static final int MAX_LINE_BYTES = 1_024;

  private static final int MAX_HEADER_BYTES = 8_192;
  private static final int MAX_CHUNK_BYTES = 1_024;

  private MqttOverWebSocket() {}

  /**
   * To be called before the handlers of MQTT are added.
   *
   * @param path of the one address that is served
   * @param maxFrameBytes the largest frame's payload; MQTT packets may span frames
   * @param room where a frame that has not come whole may gather
   * @param events hears of what is not MQTT
   */
  public static void install(
      ChannelPipeline pipeline,
      String path,
      int maxFrameBytes,
      FrameRoom room,
      WebSocketEvents events) {
    var handshake = new Handshake(path, maxFrameBytes, room, events);
    pipeline.addLast(
        new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_CHUNK_BYTES),
        new RequestAggregator(handshake),
        handshake);
  }

  /** Whether the handshake is over, so that what is sent goes in frames. */
  public static boolean isSpoken(Channel channel) {
    return channel.pipeline().get(Frames.class) != null;
  }

  /** What ends a WebSocket; to be sent last. */
  public static Object close() {
    return new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE);
  }
}
