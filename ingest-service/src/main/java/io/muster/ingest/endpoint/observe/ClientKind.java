package io.muster.ingest.endpoint.observe;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.websocket.MqttOverWebSocket;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;

/** How a device is connected: which MQTT, over what. */
public record ClientKind(ProtocolVersion version, Transport transport) {

  /** What MQTT runs over. */
  public enum Transport {
    TCP("tcp"),
    TLS("tls"),
    WEBSOCKET("ws"),
    WEBSOCKET_TLS("wss");

    private final String label;

    Transport(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /** On the channel's event loop, after its CONNECT has come. */
  public static ClientKind of(Channel channel, ProtocolVersion version) {
    var tls = channel.pipeline().get(SslHandler.class) != null;
    var transport =
        MqttOverWebSocket.isSpoken(channel)
            ? tls ? Transport.WEBSOCKET_TLS : Transport.WEBSOCKET
            : tls ? Transport.TLS : Transport.TCP;
    return new ClientKind(version, transport);
  }
}
