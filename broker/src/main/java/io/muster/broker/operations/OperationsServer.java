package io.muster.broker.operations;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Health and metrics for operators, at the paths and in the form that the services have: {@code
 * /q/health}, {@code /q/health/live}, {@code /q/health/ready}, {@code /q/metrics}. Never routed
 * from outside.
 */
public final class OperationsServer implements AutoCloseable {
  private static final int BACKLOG = 16;

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Opens the listener.
   *
   * @param checks what has to be true for the broker to be of use, by name
   * @throws IOException when the address is taken
   */
  public OperationsServer(
      String host, int port, BrokerMetrics metrics, Map<String, BooleanSupplier> checks)
      throws IOException {
    server = HttpServer.create(new InetSocketAddress(host, port), BACKLOG);
    server.setExecutor(executor);
    server.createContext("/q/metrics", new MetricsHandler(metrics.registry()));
    server.createContext("/q/health", exchange -> health(exchange, checks));
    // It answers, so it lives: nothing here gets better by a restart.
    server.createContext("/q/health/live", exchange -> health(exchange, Map.of()));
    server.start();
  }

  private static void health(HttpExchange exchange, Map<String, BooleanSupplier> checks)
      throws IOException {
    try (exchange) {
      var results = new LinkedHashMap<String, Boolean>();
      checks.forEach((name, check) -> results.put(name, check.getAsBoolean()));
      var up = !results.containsValue(false);
      var body =
          results.entrySet().stream()
              .map(check -> status(check.getValue(), "\"name\":\"" + check.getKey() + "\","))
              .collect(
                  Collectors.joining(",", "{\"status\":\"" + word(up) + "\",\"checks\":[", "]}"))
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(up ? 200 : 503, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String status(boolean up, String name) {
    return "{" + name + "\"status\":\"" + word(up) + "\"}";
  }

  private static String word(boolean up) {
    return up ? "UP" : "DOWN";
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
