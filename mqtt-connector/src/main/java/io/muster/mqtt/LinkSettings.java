package io.muster.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5WillPublish;
import java.time.Duration;
import java.util.Optional;

/**
 * How a channel connects.
 *
 * @param channel the channel's name
 * @param address where the broker is
 * @param tls how to trust it; empty for a plain connection
 * @param login asked at each connection, may block
 * @param identity asked for the client identifier at each connection, may block
 * @param session what is agreed in CONNECT
 * @param timing how long things may take
 * @param will published by the broker when the connection is lost
 */
record LinkSettings(
    String channel,
    Address address,
    Optional<TlsFiles> tls,
    MqttCredentials login,
    MqttClientIdentity identity,
    Session session,
    Timing timing,
    Optional<Mqtt5WillPublish> will) {

  record Address(String host, int port) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /**
   * The session's part of CONNECT.
   *
   * @param cleanStart at the first connection of this process
   * @param alwaysClean at every connection
   * @param maxPacketBytes 0 for no limit
   */
  record Session(
      boolean cleanStart,
      boolean alwaysClean,
      Duration expiry,
      int receiveMaximum,
      int maxPacketBytes) {
    /**
     * A sender has nothing to take up: it sends again what was not acknowledged, as new messages. A
     * session that outlived the client object would mistake them for duplicates at QoS 2.
     */
    static final Session OF_SENDER = new Session(true, true, Duration.ZERO, 65_535, 65_536);
  }

  record Timing(
      Duration keepAlive,
      Duration connectTimeout,
      Duration reconnectDelay,
      Duration reconnectMaxDelay,
      Duration shutdownTimeout) {}
}
