package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.ProtocolVersion;

/**
 * What client and server settle on in CONNECT and CONNACK.
 *
 * @param keepAliveSeconds 0 for none, which only MQTT 3.1.1 clients can have: there is no way to
 *     tell them another one, and the sockets' own keep-alive finds those that have gone
 * @param sessionExpirySeconds how long the session outlives the connection
 */
record Terms(int keepAliveSeconds, long sessionExpirySeconds) {

  static Terms of(Packet.Connect connect, EndpointConfig.Connections config) {
    return connect.version() == ProtocolVersion.MQTT_5
        ? ofMqtt5(connect, config)
        : ofMqtt3(connect, config);
  }

  /** After which the client has gone when nothing came (MQTT 5 §3.1.2.10); 0 for never. */
  long keepAliveNanos() {
    return keepAliveSeconds * 1_500_000_000L;
  }

  private static Terms ofMqtt5(Packet.Connect connect, EndpointConfig.Connections config) {
    var longest = (int) Math.min(65_535, config.maxKeepAlive().toSeconds());
    var asked = connect.keepAliveSeconds();
    var keepAlive = asked == 0 || asked > longest ? longest : asked;
    return new Terms(keepAlive, expiry(connect.properties().sessionExpirySeconds(), config));
  }

  private static Terms ofMqtt3(Packet.Connect connect, EndpointConfig.Connections config) {
    var expiry = connect.cleanStart() ? 0 : config.maxSessionExpiry().toSeconds();
    return new Terms(connect.keepAliveSeconds(), expiry);
  }

  /**
   * @param askedSeconds negative when nothing was asked for, which is 0 (MQTT 5 §3.1.2.11.2)
   */
  static long expiry(long askedSeconds, EndpointConfig.Connections config) {
    return Math.clamp(askedSeconds, 0, config.maxSessionExpiry().toSeconds());
  }
}
