package io.muster.issuer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Serves discovery documents and public keys (OpenID Connect Discovery 1.0 §4, RFC 7517), and
 * health. Nothing can be asked of it that is secret, and nobody can ask it for a token.
 * Thread-safe.
 */
final class KeyServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int AWAY = 503;

  private final IssuerSettings settings;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile IssuerKeys keys;
  private volatile boolean upToDate;

  /**
   * Starts it, without keys.
   *
   * @throws IOException when the port is taken
   */
  KeyServer(IssuerSettings settings, BooleanSupplier alive) throws IOException {
    this.settings = settings;
    this.server = HttpServer.create(new InetSocketAddress(settings.port()), 0);
    server.setExecutor(threads);
    issuer("/people", settings.peopleIssuer(), IssuerKeys::people);
    issuer("/services", settings.serviceIssuer(), IssuerKeys::services);
    server.createContext("/health/live", at -> health(at, alive.getAsBoolean()));
    // Others can begin when what they need is there; what could not be renewed just now is none of
    // their business.
    server.createContext("/health/ready", at -> health(at, keys != null && upToDate));
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  void serve(IssuerKeys issuerKeys) {
    keys = issuerKeys;
  }

  /** Once it is up to date it stays ready: its keys are what others ask for. */
  void setUpToDate(boolean good) {
    upToDate |= good;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  private void issuer(String path, String issuer, Function<IssuerKeys, SigningKey> key) {
    var discovery =
        """
        {"issuer":"%1$s","jwks_uri":"%1$s/jwks.json","response_types_supported":["token"],\
        "subject_types_supported":["public"],\
        "id_token_signing_alg_values_supported":["ES256"]}\
        """
            .formatted(issuer);
    server.createContext(
        path + "/.well-known/openid-configuration", exchange -> answer(exchange, discovery));
    server.createContext(
        path + "/jwks.json",
        exchange -> answer(exchange, keys == null ? null : key.apply(keys).publicKeySet()));
  }

  private static void health(HttpExchange exchange, boolean up) throws IOException {
    write(exchange, up ? OK : AWAY, "{\"status\":\"%s\"}".formatted(up ? "UP" : "DOWN"));
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    // A context answers for what is below it as well.
    if (!exchange.getHttpContext().getPath().equals(exchange.getRequestURI().getPath())) {
      write(exchange, NOT_FOUND, "{}");
    } else if (json == null) {
      write(exchange, AWAY, "{}");
    } else {
      write(exchange, OK, json);
    }
  }

  private static void write(HttpExchange exchange, int status, String json) throws IOException {
    try (exchange) {
      var bytes = json.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
