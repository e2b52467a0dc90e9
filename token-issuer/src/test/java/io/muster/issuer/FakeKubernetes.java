package io.muster.issuer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/** The part of the Kubernetes API that keeps Secrets of the namespace {@code iot}. */
final class FakeKubernetes implements AutoCloseable {
  static final String SECRETS = "/api/v1/namespaces/iot/secrets";

  private static final ObjectMapper JSON = new ObjectMapper();

  final Map<String, ObjectNode> secrets = new ConcurrentHashMap<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  volatile boolean away;

  private final HttpServer server;
  private final Path token;

  FakeKubernetes(Path folder) throws IOException {
    token = Files.writeString(folder.resolve("token"), "account-token\n");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(SECRETS, this::answer);
    server.start();
  }

  KubernetesSecrets client() {
    try {
      return new KubernetesSecrets(
          URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
          token,
          SSLContext.getDefault(),
          "iot",
          "muster");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A Secret's values; empty when there is none. */
  Map<String, String> values(String name) {
    var values = new TreeMap<String, String>();
    var secret = secrets.get(name);
    if (secret != null) {
      secret
          .path("data")
          .properties()
          .forEach(
              each ->
                  values.put(
                      each.getKey(),
                      new String(
                          Base64.getDecoder().decode(each.getValue().asText()),
                          StandardCharsets.UTF_8)));
    }
    return values;
  }

  /** Changes a Secret's data; who has it at the moment does not see it change. */
  void change(String name, Consumer<ObjectNode> step) {
    secrets.computeIfPresent(
        name,
        (same, before) -> {
          var after = before.deepCopy();
          step.accept(after.withObject("/data"));
          return after;
        });
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      requests.add(exchange.getRequestMethod() + " " + path);
      var authorised =
          "Bearer account-token".equals(exchange.getRequestHeaders().getFirst("Authorization"));
      if (away || !authorised) {
        write(exchange, away ? 503 : 401, JSON.createObjectNode());
        return;
      }
      var name = path.equals(SECRETS) ? "" : path.substring(SECRETS.length() + 1);
      var body = exchange.getRequestBody().readAllBytes();
      switch (exchange.getRequestMethod()) {
        case "GET" -> get(exchange, name);
        case "POST" -> post(exchange, (ObjectNode) JSON.readTree(body));
        case "PATCH" -> patch(exchange, name, JSON.readTree(body));
        default -> write(exchange, 405, JSON.createObjectNode());
      }
    }
  }

  private void get(HttpExchange exchange, String name) throws IOException {
    var secret = secrets.get(name);
    write(exchange, secret == null ? 404 : 200, secret);
  }

  private void post(HttpExchange exchange, ObjectNode secret) throws IOException {
    var name = secret.path("metadata").path("name").asText();
    var taken = secrets.putIfAbsent(name, secret) != null;
    write(exchange, taken ? 409 : 201, secret);
  }

  private void patch(HttpExchange exchange, String name, JsonNode patch) throws IOException {
    var secret = secrets.get(name);
    var type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (secret == null || !"application/merge-patch+json".equals(type)) {
      write(exchange, secret == null ? 404 : 415, secret);
      return;
    }
    change(name, data -> data.setAll((ObjectNode) patch.path("data")));
    write(exchange, 200, secrets.get(name));
  }

  private static void write(HttpExchange exchange, int status, JsonNode body) throws IOException {
    var bytes = JSON.writeValueAsBytes(body == null ? JSON.createObjectNode() : body);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
