package io.muster.localstack.observe;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.muster.localstack.Checkout;
import io.muster.localstack.FreePort;
import io.muster.localstack.UserMistake;
import io.muster.localstack.observe.Prometheus.Source;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.Readiness;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program itself reads metrics and knows the alerts. Without it this is skipped, and with
 * {@code CI=true} it fails.
 */
class PrometheusIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void metricsOfAProcessCanBeAskedForAndTheChartsAlertsAreFollowed() throws Exception {
    var prometheus = installed();
    var rules = Checkout.find().root().resolve("helm/muster/files/rules");
    var service = service("muster_endpoint_connections 7\n");
    try {
      var launch =
          prometheus.launch(
              List.of(new Source("ingest", "ingest-2", service.getAddress().getPort())),
              List.of(rules.resolve("recording.yaml"), rules.resolve("alerts.yaml")),
              folder.resolve("log"));
      try (var process = ChildProcess.start(launch)) {
        Readiness.http(URI.create(prometheus.address() + "/-/ready")).await(process, PATIENCE);
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  var answer = ask(prometheus, "/api/v1/query?query=muster_endpoint_connections");
                  return answer.contains("\"7\"")
                      && answer.contains("\"component\":\"ingest\"")
                      && answer.contains("\"pod\":\"ingest-2\"");
                });
        assertTrue(ask(prometheus, "/api/v1/rules").contains("MusterStoreStalled"));
      }
    } finally {
      service.stop(0);
    }
  }

  private Prometheus installed() throws Exception {
    try {
      return Prometheus.installed(
          System.getenv().getOrDefault("PATH", ""), folder.resolve("observed"), FreePort.any());
    } catch (UserMistake missing) {
      assertTrue(!"true".equals(System.getenv("CI")), missing.getMessage());
      assumeTrue(false, missing.getMessage());
      throw missing;
    }
  }

  private static HttpServer service(String metrics) throws Exception {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/q/metrics",
        exchange -> {
          exchange.getResponseHeaders().add("Content-Type", "text/plain; version=0.0.4");
          var body = metrics.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String ask(Prometheus prometheus, String path) throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(prometheus.address() + path)).build(),
              BodyHandlers.ofString())
          .body();
    }
  }
}
