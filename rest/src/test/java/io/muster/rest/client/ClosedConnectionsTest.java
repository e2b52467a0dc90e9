package io.muster.rest.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.http.HttpClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that closes connections when it is asked something on them. */
class ClosedConnectionsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();

  /** One connection, so that who asks next has to use it again. */
  private final HttpClient client =
      vertx.createHttpClient(new HttpClientOptions().setMaxPoolSize(1));

  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private ServerSocket server;

  /** How many requests of a connection have an answer. */
  private volatile int answersEach;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    client.closeAndAwait();
    vertx.closeAndAwait();
  }

  private void accept() {
    try {
      while (true) {
        var socket = server.accept();
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(Socket socket) {
    try (socket;
        var lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      for (var answered = 0; ; answered++) {
        for (var line = lines.readLine(); line != null && !line.isEmpty(); ) {
          line = lines.readLine();
        }
        requests.incrementAndGet();
        if (answered == answersEach) {
          return;
        }
        socket
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
                    .getBytes(StandardCharsets.US_ASCII));
      }
    } catch (IOException gone) {
      // The client closed it.
    }
  }

  private Uni<String> question() {
    return client
        .request(HttpMethod.GET, server.getLocalPort(), "127.0.0.1", "/")
        .flatMap(request -> request.send())
        .flatMap(response -> response.body())
        .map(Buffer::toString);
  }

  @Test
  void aConnectionClosedWhenItIsUsedAgainCostsNoAnswer() {
    answersEach = 1;
    assertEquals("hi", question().await().atMost(PATIENCE));
    assertEquals("hi", ClosedConnections.askingAgain(question()).await().atMost(PATIENCE));
    assertEquals(2, connections.get());
    assertEquals(3, requests.get());
  }

  @Test
  void withoutAskingAgainItCostsOne() {
    answersEach = 1;
    assertEquals("hi", question().await().atMost(PATIENCE));
    assertThrows(HttpClosedException.class, () -> question().await().atMost(PATIENCE));
  }

  @Test
  void whoeverClosesAlwaysIsAskedTwiceOnly() {
    var twice = ClosedConnections.askingAgain(question());
    assertThrows(HttpClosedException.class, () -> twice.await().atMost(PATIENCE));
    assertEquals(2, requests.get());
  }
}
