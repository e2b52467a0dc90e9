package io.muster.broker.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
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
        Clock.systemUTC());
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
    var keys = keys(Duration.ofMillis(1), Duration.ofSeconds(20));
    var fetching = Thread.ofVirtual().start(keys::refreshWhenOld);
    Awaitility.await().until(() -> !asked.isEmpty());
    for (var second = 0; second < 10; second++) {
      keys.refreshWhenOld();
    }
    assertTrue(fetching.isAlive());
    assertEquals(1, asked.size());
    fetching.interrupt();
  }

  @Test
  void whoWaitedForAFetchDoesNotTryOnceMore() throws Exception {
    // Those that wait get their turn later than the time between two tries, counted from its start.
    var keys = keys(Duration.ofMillis(500), Duration.ofSeconds(1));
    var waiting =
        IntStream.range(0, 4).mapToObj(i -> Thread.ofVirtual().start(keys::refreshed)).toList();
    for (var thread : waiting) {
      assertTrue(thread.join(Duration.ofSeconds(20)));
    }
    assertEquals(1, asked.size());
  }
}
