package io.muster.broker.operations;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

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
   * @param port 0 for a free one
   * @param ready whether the broker takes connections
   * @throws IOException when the address is taken
   */
  public OperationsServer(String host, int port, BrokerMetrics metrics, BooleanSupplier ready)
      throws IOException {
    server = HttpServer.create(new InetSocketAddress(host, port), BACKLOG);
    server.setExecutor(executor);
    server.createContext("/q/metrics", new MetricsHandler(metrics.registry()));
    server.createContext("/q/health", exchange -> health(exchange, ready));
    server.createContext("/q/health/live", exchange -> health(exchange, () -> true));
    server.start();
  }

  /** Where it listens. */
  public int port() {
    return server.getAddress().getPort();
  }

  private static void health(HttpExchange exchange, BooleanSupplier up) throws IOException {
    try (exchange) {
      var isUp = up.getAsBoolean();
      var status = isUp ? "UP" : "DOWN";
      var body =
          """
          {"status":"%s","checks":[{"name":"mqtt listener","status":"%s"}]}
          """
              .formatted(status, status)
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(isUp ? 200 : 503, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
