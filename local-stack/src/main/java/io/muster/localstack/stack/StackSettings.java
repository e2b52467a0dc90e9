package io.muster.localstack.stack;

import io.muster.localstack.Surroundings;
import io.muster.localstack.UserMistake;
import io.muster.localstack.postgres.DatabaseAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a stack consists of and where it listens.
 *
 * @param around folder, ports and terminal
 * @param database an existing one; empty for the embedded
 * @param brokerUrl an existing one; empty for the bundled
 * @param replicas how many of each service
 * @param endpointHost where devices connect
 * @param observe whether Prometheus reads its metrics, and its traces are kept
 */
record StackSettings(
    Surroundings around,
    Optional<DatabaseAddress> database,
    Optional<String> brokerUrl,
    Replicas replicas,
    String endpointHost,
    boolean observe) {
  private static final int POSTGRES = 5433;
  private static final int BROKER = 1884;
  private static final int BROKER_HTTP = 8085;
  private static final int ISSUER = 8086;
  private static final int PROMETHEUS = 9090;
  private static final int TRACES = 4318;
  private static final int ENDPOINT = 1883;
  private static final int ENDPOINT_TLS = 8883;
  private static final int ENDPOINT_WEBSOCKET = 8000;
  private static final int FIRMWARE_TLS = 8444;

  /**
   * @throws UserMistake when an option makes no sense
   */
  static StackSettings of(Surroundings around, StackOptions options) {
    return new StackSettings(
        around,
        Optional.ofNullable(options.databaseUrl)
            .filter(url -> !url.isBlank())
            .map(DatabaseAddress::parse),
        Optional.ofNullable(options.brokerUrl).map(StackSettings::brokerUrl),
        Replicas.parse(options.replicas),
        options.endpointHost,
        options.observe);
  }

  int postgresPort() {
    return around.ports().of(POSTGRES);
  }

  int brokerPort() {
    return around.ports().of(BROKER);
  }

  /** Of the broker's health and metrics. */
  int brokerHttpPort() {
    return around.ports().of(BROKER_HTTP);
  }

  int issuerPort() {
    return around.ports().of(ISSUER);
  }

  int prometheusPort() {
    return around.ports().of(PROMETHEUS);
  }

  /** Where services send spans by OTLP over HTTP, and people look at traces. */
  int tracesPort() {
    return around.ports().of(TRACES);
  }

  int httpPort(StackService service, int replica) {
    return around.ports().of(service.httpPort(replica));
  }

  int endpointPort(int replica) {
    return around.ports().of(StackService.replicaPort(ENDPOINT, replica));
  }

  int endpointTlsPort(int replica) {
    return around.ports().of(StackService.replicaPort(ENDPOINT_TLS, replica));
  }

  int endpointWebSocketPort(int replica) {
    return around.ports().of(StackService.replicaPort(ENDPOINT_WEBSOCKET, replica));
  }

  /** Of hawkBit's API over TLS. */
  int firmwareTlsPort(int replica) {
    return around.ports().of(StackService.replicaPort(FIRMWARE_TLS, replica));
  }

  /** Unless somebody has said where spans go. */
  boolean keepsTraces() {
    return observe && System.getenv(ServiceEnvironment.SPANS_GO_TO) == null;
  }

  /** Every port that this stack will listen on, and who does. */
  Map<Integer, String> portUsers() {
    var users = new LinkedHashMap<Integer, String>();
    if (database.isEmpty()) {
      users.put(postgresPort(), "PostgreSQL");
    }
    if (brokerUrl.isEmpty()) {
      users.put(brokerPort(), "the broker");
      users.put(brokerHttpPort(), "the broker (health and metrics)");
    }
    users.put(issuerPort(), "the token issuer");
    if (observe) {
      users.put(prometheusPort(), "Prometheus");
      if (keepsTraces()) {
        users.put(tracesPort(), "the traces");
      }
    }
    for (var service : StackService.values()) {
      for (var replica = 1; replica <= replicas.of(service); replica++) {
        users.put(httpPort(service, replica), service.instance(replica));
      }
    }
    for (var replica = 1; replica <= replicas.of(StackService.INGEST); replica++) {
      users.put(endpointPort(replica), "the device endpoint");
      users.put(endpointTlsPort(replica), "the device endpoint (TLS)");
      users.put(endpointWebSocketPort(replica), "the device endpoint (WebSocket)");
    }
    for (var replica = 1; replica <= replicas.of(StackService.FIRMWARE); replica++) {
      users.put(firmwareTlsPort(replica), "the firmware service (TLS)");
    }
    return users;
  }

  private static String brokerUrl(String url) {
    var uri = uri(url);
    if (uri.getHost() == null
        || uri.getPort() < 0
        || !("mqtt".equals(uri.getScheme()) || "mqtts".equals(uri.getScheme()))) {
      throw badBrokerUrl(url);
    }
    return url;
  }

  private static URI uri(String url) {
    try {
      return URI.create(url);
    } catch (IllegalArgumentException e) {
      throw badBrokerUrl(url);
    }
  }

  private static UserMistake badBrokerUrl(String url) {
    return new UserMistake("A broker URL looks like mqtt://host:1883; not “" + url + "”.");
  }
}
