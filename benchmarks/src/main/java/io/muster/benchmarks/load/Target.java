package io.muster.benchmarks.load;

import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;

/**
 * The server to publish to and how to speak to it.
 *
 * @param host name or address
 * @param port of MQTT
 * @param tls or null for none
 * @param version MQTT 5 or 3.1.1
 * @param window most messages in flight on a connection; the server's Receive Maximum narrows it
 * @param timeout for connecting, CONNACK included
 */
public record Target(
    String host, int port, SslContext tls, MqttVersion version, int window, Duration timeout) {
  public Target {
    if (window < 1 || window > 65_535) {
      throw new IllegalArgumentException("the window is 1 to 65,535 messages, not " + window);
    }
  }
}
