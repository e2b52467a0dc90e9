package io.muster.broker.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The keys of an issuer that takes connections and never answers. */
class IssuerKeysTest {
  private final ConcurrentLinkedQueue<Socket> asked = new ConcurrentLinkedQueue<>();
  private final ServerSocket silent;
  private volatile Instant now = Instant.now();

  IssuerKeysTest() throws IOException {
    silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        asked.add(silent.accept());
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private IssuerKeys keys(Duration retry, Duration timeout) {
    var issuer = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/services");
    var minutes = Duration.ofMinutes(5);
    return new IssuerKeys(
        new TokenRules(issuer, List.of("ES256"), Duration.ofHours(1), minutes, retry, timeout),
        ((InstantSource) () -> now).withZone(ZoneOffset.UTC));
  }

  @AfterEach
  void close() throws IOException {
    silent.close();
    for (var socket : asked) {
      socket.close();
    }
  }

  @Test
  void regularLooksDoNotQueueUpBehindAFetch() {
    var keys = keys(Duration.ofMillis(1), Duration.ofMinutes(5));
    var fetching = Thread.ofVirtual().start(keys::refreshWhenOld);
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !asked.isEmpty());
    for (var second = 0; second < 10; second++) {
      keys.refreshWhenOld();
    }
    assertTrue(fetching.isAlive());
    assertEquals(1, asked.size());
    fetching.interrupt();
  }

  @Test
  void whoWaitedForAFetchDoesNotTryOnceMore() throws Exception {
    var keys = keys(Duration.ofMinutes(1), Duration.ofMinutes(5));
    var waiting =
        IntStream.range(0, 4).mapToObj(i -> Thread.ofVirtual().start(keys::refreshed)).toList();
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                !asked.isEmpty()
                    && waiting.stream().allMatch(it -> it.getState() == Thread.State.WAITING));
    // Those that wait get their turn later than the time between two tries, counted from its start.
    now = now.plus(Duration.ofMinutes(2));
    refuse(asked.peek());
    for (var thread : waiting) {
      assertTrue(thread.join(Duration.ofMinutes(1)));
    }
    assertEquals(1, asked.size());
  }

  /** Answers its request, once that has come. */
  private static void refuse(Socket client) throws IOException {
    client.getInputStream().read();
    client
        .getOutputStream()
        .write("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }
}
