package io.muster.localstack.device;

import io.muster.localstack.UserMistake;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A device endpoint.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param tls whether to use TLS
 * @param authority what to trust, PEM; empty for what the JDK trusts
 */
public record EndpointAddress(String host, int port, boolean tls, Optional<Path> authority) {
  private static final int MQTT = 1883;
  private static final int MQTT_OVER_TLS = 8883;

  /**
   * Reads {@code mqtt://host:port} or {@code mqtts://host:port}; the ports may be left out.
   *
   * @param authority what to trust; null for what the JDK trusts
   * @throws UserMistake when it has another form
   */
  public static EndpointAddress parse(String url, Path authority) {
    try {
      var uri = URI.create(url);
      var tls = "mqtts".equals(uri.getScheme());
      if (uri.getHost() != null && (tls || "mqtt".equals(uri.getScheme()))) {
        var port = uri.getPort() >= 0 ? uri.getPort() : tls ? MQTT_OVER_TLS : MQTT;
        return new EndpointAddress(uri.getHost(), port, tls, Optional.ofNullable(authority));
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new UserMistake("An endpoint looks like mqtt://localhost:1883; not “" + url + "”.");
  }

  @Override
  public String toString() {
    return (tls ? "mqtts://" : "mqtt://") + host + ":" + port;
  }
}
