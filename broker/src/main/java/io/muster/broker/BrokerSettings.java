package io.muster.broker;

import io.muster.broker.accounts.TokenRules;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that can be set, read from environment variables.
 *
 * @param host {@code MUSTER_BROKER_HOST}, default {@code 127.0.0.1}; another one than loopback
 *     needs TLS
 * @param port {@code MUSTER_BROKER_PORT}, default 1884; 0 takes a free one
 * @param data {@code MUSTER_BROKER_DATA}, the folder for sessions and messages; required
 * @param tls {@code MUSTER_BROKER_TLS_CERTIFICATE} and {@code MUSTER_BROKER_TLS_KEY}, PEM files;
 *     with {@code MUSTER_BROKER_TLS_CLIENT_AUTHORITY} clients must show a certificate of it
 * @param tokens {@code MUSTER_SERVICE_ISSUER} (required), {@code MUSTER_BROKER_TOKEN_ALGORITHMS}
 *     (default {@code ES256}, separated by commas), {@code MUSTER_BROKER_TOKEN_LIFETIME} (default
 *     {@code PT1H}), {@code MUSTER_BROKER_KEY_REFRESH} (default {@code PT5M}), {@code
 *     MUSTER_BROKER_KEY_RETRY} (default {@code PT5S}), {@code MUSTER_BROKER_ISSUER_TIMEOUT}
 *     (default {@code PT3S})
 * @param limits what the broker holds for its clients
 * @param operations {@code MUSTER_BROKER_HTTP_HOST} (default {@code 127.0.0.1}) and {@code
 *     MUSTER_BROKER_HTTP_PORT}; without a port, or with 0, there is no such listener
 */
record BrokerSettings(
    String host,
    int port,
    Path data,
    Optional<TlsFiles> tls,
    TokenRules tokens,
    Limits limits,
    Optional<OperationsAddress> operations) {

  /**
   * All in PEM.
   *
   * @param certificate the chain
   * @param clientAuthority whose certificates clients must show; empty for none
   */
  record TlsFiles(Path certificate, Path key, Optional<Path> clientAuthority) {}

  /** Where health and metrics are served over HTTP. */
  record OperationsAddress(String host, int port) {}

  /**
   * @param queuedMessages {@code MUSTER_BROKER_QUEUE_MESSAGES}, for each persistent session,
   *     default 1,000,000 (they are on disk); what exceeds it is lost, so watch {@code
   *     com_hivemq_messages_dropped_count}
   * @param messagesInFlight {@code MUSTER_BROKER_IN_FLIGHT}, unacknowledged messages to one client
   *     at most, default 2,000; the client's Receive Maximum may set less. HiveMQ reserves as many
   *     of a client's 65,535 packet identifiers for each read of its queue. Reads overlap, and when
   *     no identifier is left what was read stays marked as sent and is never sent again
   * @param receiveMaximum {@code MUSTER_BROKER_RECEIVE_MAXIMUM}, unacknowledged messages from one
   *     client, default 1,000
   * @param packetBytes {@code MUSTER_BROKER_PACKET_BYTES}, default 4 MiB
   * @param connections {@code MUSTER_BROKER_CONNECTIONS}, default 1,000
   * @param sessionExpiry {@code MUSTER_BROKER_SESSION_EXPIRY}, the longest a session may outlive
   *     its connection, default {@code PT24H}
   */
  record Limits(
      long queuedMessages,
      int messagesInFlight,
      int receiveMaximum,
      int packetBytes,
      int connections,
      Duration sessionExpiry) {}

  /**
   * @throws WrongSettingException when one is missing or cannot be used
   */
  static BrokerSettings of(Map<String, String> environment) {
    var read = new Environment(environment);
    var tls = tls(read);
    var host = read.text("MUSTER_BROKER_HOST").orElse("127.0.0.1");
    if (tls.isEmpty() && !isLoopback(host)) {
      throw new WrongSettingException(
          "MUSTER_BROKER_HOST=%s is not a loopback address: set MUSTER_BROKER_TLS_CERTIFICATE and MUSTER_BROKER_TLS_KEY"
              .formatted(host));
    }
    return new BrokerSettings(
        host,
        read.number("MUSTER_BROKER_PORT", 1884, 0, 65_535),
        Path.of(read.required("MUSTER_BROKER_DATA")),
        tls,
        tokens(read),
        limits(read),
        operations(read));
  }

  private static Optional<TlsFiles> tls(Environment read) {
    var certificate = read.file("MUSTER_BROKER_TLS_CERTIFICATE");
    var key = read.file("MUSTER_BROKER_TLS_KEY");
    if (certificate.isPresent() != key.isPresent()) {
      throw new WrongSettingException(
          "MUSTER_BROKER_TLS_CERTIFICATE and MUSTER_BROKER_TLS_KEY belong together: one is"
              + " missing");
    }
    var authority = read.file("MUSTER_BROKER_TLS_CLIENT_AUTHORITY");
    if (authority.isPresent() && certificate.isEmpty()) {
      throw new WrongSettingException(
          "MUSTER_BROKER_TLS_CLIENT_AUTHORITY needs MUSTER_BROKER_TLS_CERTIFICATE and"
              + " MUSTER_BROKER_TLS_KEY");
    }
    return certificate.map(file -> new TlsFiles(file, key.orElseThrow(), authority));
  }

  private static TokenRules tokens(Environment read) {
    return new TokenRules(
        issuer(read),
        algorithms(read),
        read.duration("MUSTER_BROKER_TOKEN_LIFETIME", Duration.ofHours(1)),
        read.duration("MUSTER_BROKER_KEY_REFRESH", Duration.ofMinutes(5)),
        read.duration("MUSTER_BROKER_KEY_RETRY", Duration.ofSeconds(5)),
        read.duration("MUSTER_BROKER_ISSUER_TIMEOUT", Duration.ofSeconds(3)));
  }

  private static URI issuer(Environment read) {
    var text = read.required("MUSTER_SERVICE_ISSUER");
    try {
      var issuer = URI.create(text);
      if (issuer.getHost() != null
          && ("http".equals(issuer.getScheme()) || "https".equals(issuer.getScheme()))) {
        return issuer;
      }
    } catch (IllegalArgumentException notAnAddress) {
      // The message below says all that the parser's would.
    }
    throw new WrongSettingException(
        "MUSTER_SERVICE_ISSUER='%s' is no http or https address".formatted(text));
  }

  private static List<String> algorithms(Environment read) {
    var names =
        read.text("MUSTER_BROKER_TOKEN_ALGORITHMS").orElse("ES256").replace(" ", "").split(",");
    for (var name : names) {
      if (!TokenRules.ASYMMETRIC_ALGORITHMS.contains(name)) {
        throw new WrongSettingException(
            "MUSTER_BROKER_TOKEN_ALGORITHMS: '%s' is none of %s"
                .formatted(name, TokenRules.ASYMMETRIC_ALGORITHMS));
      }
    }
    return List.of(names);
  }

  private static Limits limits(Environment read) {
    return new Limits(
        read.number("MUSTER_BROKER_QUEUE_MESSAGES", 1_000_000, 1_000, 100_000_000),
        read.number("MUSTER_BROKER_IN_FLIGHT", 2_000, 1, 65_535),
        read.number("MUSTER_BROKER_RECEIVE_MAXIMUM", 1_000, 1, 65_535),
        read.number("MUSTER_BROKER_PACKET_BYTES", 4 << 20, 1_024, 268_435_460),
        read.number("MUSTER_BROKER_CONNECTIONS", 1_000, 1, 100_000),
        read.duration("MUSTER_BROKER_SESSION_EXPIRY", Duration.ofHours(24)));
  }

  private static Optional<OperationsAddress> operations(Environment read) {
    var port = read.number("MUSTER_BROKER_HTTP_PORT", 0, 0, 65_535);
    var host = read.text("MUSTER_BROKER_HTTP_HOST").orElse("127.0.0.1");
    return port == 0 ? Optional.empty() : Optional.of(new OperationsAddress(host, port));
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      throw new WrongSettingException("MUSTER_BROKER_HOST=%s is unknown here".formatted(host));
    }
  }
}
