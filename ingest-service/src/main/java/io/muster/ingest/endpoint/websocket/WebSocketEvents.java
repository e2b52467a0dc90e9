package io.muster.ingest.endpoint.websocket;

import io.netty.handler.codec.http.FullHttpResponse;

/** What comes over a connection with WebSocket and is not MQTT. On its event loop. */
public interface WebSocketEvents {

  /**
   * The client asked for something else than is served; the connection is to end with the answer.
   *
   * @param reason one of a fixed few
   * @param answer to be sent, or released
   */
  void handshakeRefused(String reason, FullHttpResponse answer);

  /** A ping came, which is about to be answered; or a pong, to nothing that was sent. */
  void controlFrame();
}
