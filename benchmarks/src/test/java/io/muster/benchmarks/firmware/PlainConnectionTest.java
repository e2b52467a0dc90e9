package io.muster.benchmarks.firmware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlainConnectionTest {
  private static final int BYTES = 1_000_000;

  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            var known = "secret".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.sendResponseHeaders(known ? 200 : 401, known ? BYTES : 2);
            exchange.getResponseBody().write(new byte[known ? BYTES : 2]);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void answersOfAnyLengthAreCountedOnOneConnection() throws IOException {
    var request = PlainConnection.get("/x", "secret");
    try (var connection = new PlainConnection(server.getAddress().getPort())) {
      assertEquals(BYTES, connection.ask(request, 200));
      assertEquals(2, connection.ask(PlainConnection.get("/x", null), 401));
      assertEquals(BYTES, connection.ask(request, 200));
    }
  }

  @Test
  void anotherStatusIsAFailure() throws IOException {
    try (var connection = new PlainConnection(server.getAddress().getPort())) {
      assertThrows(IOException.class, () -> connection.ask(PlainConnection.get("/x", null), 200));
    }
  }

  @Test
  void eachWholeAnswerCounts() throws InterruptedException {
    var clients =
        new AskingClients(
            "x",
            server.getAddress().getPort(),
            1,
            _ -> PlainConnection.get("/x", "secret"),
            bytes -> bytes / BYTES,
            List::of);
    var stored = clients.run(Duration.ofMillis(50));
    assertEquals(stored.rows(), Math.round(stored.perSecond() * stored.elapsed().toNanos() / 1e9));
    assertTrue(stored.rows() >= 1);
  }
}
