package io.muster.benchmarks.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.contract.id.DeviceAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegistryClientTest {
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private HttpServer server;
  private RegistryClient client;
  private int statusOfDevices = 201;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    var url = "http://127.0.0.1:" + server.getAddress().getPort();
    client = new RegistryClient(URI.create(url), "hush");
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void registersEachDeviceAndTakesItsSecret() {
    var logins = client.registerDevices("demo", "load-", 2);

    assertEquals(
        List.of(
            new DeviceLogin(DeviceAddress.of("demo", "load-1"), "secret of load-1"),
            new DeviceLogin(DeviceAddress.of("demo", "load-2"), "secret of load-2")),
        logins);
    assertTrue(
        asked.contains("POST /api/v1/tenants/demo/devices {\"id\":\"load-1\"} Bearer hush"),
        asked::toString);
  }

  @Test
  void manyAreRegisteredInTheirOrder() {
    var names =
        client.registerDevices("demo", "load-", 50).stream()
            .map(login -> login.device().device().value())
            .toList();

    assertEquals(IntStream.rangeClosed(1, 50).mapToObj(n -> "load-" + n).toList(), names);
  }

  @Test
  void aDeviceThatExistsGetsAnotherSecret() {
    statusOfDevices = 409;

    assertEquals(1, client.registerDevices("demo", "load-", 1).size());
  }

  @Test
  void aRefusalIsToldWithoutTheToken() {
    statusOfDevices = 403;

    var failure =
        assertThrows(RegistryException.class, () -> client.registerDevices("demo", "load-", 1));

    assertTrue(failure.getMessage().contains("403"), failure.getMessage());
    assertFalse(failure.getMessage().contains("hush"), failure.getMessage());
  }

  @Test
  void aRegistryThatIsNotThereIsToldByItsAddress() {
    server.stop(0);

    var failure = assertThrows(RegistryException.class, () -> client.createTenant("demo"));

    assertTrue(failure.getMessage().contains("127.0.0.1"), failure.getMessage());
  }

  @Test
  void aTenantIsMadeWithoutALimitInReach() {
    client.createTenant("demo");

    assertTrue(asked.peek().contains("\"messagesPerSecond\":10000000"), asked::toString);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var token = exchange.getRequestHeaders().getFirst("Authorization");
      asked.add("%s %s %s %s".formatted(exchange.getRequestMethod(), path, body, token));
      if (path.endsWith("/devices")) {
        send(exchange, statusOfDevices, "{\"title\":\"as asked\"}");
      } else if (path.endsWith("/credentials")) {
        send(exchange, 201, "{\"secret\":\"secret of " + path.split("/")[6] + "\"}");
      } else {
        send(exchange, 201, "{}");
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
