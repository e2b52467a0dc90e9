package io.muster.benchmarks.load;

import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
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
 * @param sources from how many loopback addresses connections come in turn; 0 when the system
 *     chooses: one address has some 28,000 ports
 */
public record Target(
    String host,
    int port,
    SslContext tls,
    MqttVersion version,
    int window,
    Duration timeout,
    int sources) {
  private static final int MOST_SOURCES = 250;

  public Target {
    if (window < 1 || window > 65_535) {
      throw new IllegalArgumentException("the window is 1 to 65,535 messages, not " + window);
    }
    if (sources < 0 || sources > MOST_SOURCES) {
      throw new IllegalArgumentException("0 to 250 source addresses, not " + sources);
    }
  }

  /** With an address that the system chooses. */
  public Target(
      String host, int port, SslContext tls, MqttVersion version, int window, Duration timeout) {
    this(host, port, tls, version, window, timeout, 0);
  }

  /** Where the nth connection comes from; null when the system chooses. */
  InetSocketAddress source(int nth) {
    return sources == 0 ? null : new InetSocketAddress("127.0.0." + (2 + nth % sources), 0);
  }
}
