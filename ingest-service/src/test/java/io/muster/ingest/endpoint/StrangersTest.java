package io.muster.ingest.endpoint;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What those can cost who were not let in, or not yet. */
class StrangersTest {
  private static final String CLIENT = TestEndpoint.CLIENT;

  /** What may lie between two sockets unread. */
  private static final int KERNEL_MEGABYTES = 7;

  private static final byte[] HALF_A_CONNECT = new byte[60_000];

  private final List<ProbeClient> clients = new ArrayList<>();
  private TestEndpoint server;

  @AfterEach
  void stop() throws IOException {
    for (var client : clients) {
      client.close();
    }
    server.close();
  }

  private ProbeClient open() throws IOException {
    var client = ProbeClient.open(server.port());
    clients.add(client);
    return client;
  }

  private double gauge(String name) {
    return server.meters.get("muster.endpoint." + name).gauge().value();
  }

  private ProbeClient device() throws IOException {
    var client =
        ProbeClient.connected(server.port(), ProbeClient.connect5(CLIENT, FakeAccess.SECRET));
    clients.add(client);
    return client;
  }

  /**
   * A client that was refused is heard out for two seconds at most; a slow machine reads little in
   * them, so that it takes several clients until so much was read that keeping it would show.
   */
  @Test
  void holdsNothingOfWhatRefusedClientsGoOnSending() throws IOException {
    server = TestEndpoint.start();
    var before = pooledMegabytes();
    long readMegabytes = 0;
    for (int i = 0; i < 50 && readMegabytes < 48; i++) {
      var client = open();
      client.socket.setSendBufferSize(1 << 16);
      client.send(ProbeClient.connect5(CLIENT, "wrong"));
      assertEquals(0x86, client.hear()[3] & 0xFF);
      readMegabytes += Math.max(0, sendJunk(client) - KERNEL_MEGABYTES);
    }
    assertTrue(readMegabytes >= 48, "too little to tell: " + readMegabytes + " MB were read");
    var grownMegabytes = pooledMegabytes() - before;
    assertTrue(grownMegabytes < 24, () -> "grew by " + grownMegabytes + " MB");
  }

  private static long pooledMegabytes() {
    var metric = PooledByteBufAllocator.DEFAULT.metric();
    return (metric.usedDirectMemory() + metric.usedHeapMemory()) >> 20;
  }

  /**
   * @return how many megabytes it got rid of before the server closed
   */
  private static int sendJunk(ProbeClient client) {
    var junk = new byte[1 << 20];
    int sent = 0;
    try {
      for (; sent < 64; sent++) {
        client.send(junk);
      }
    } catch (IOException theServerHasClosed) {
      return sent;
    }
    return sent;
  }

  @Test
  void countsEachPausedConnectionOnce() throws IOException {
    server = TestEndpoint.start();
    for (int i = 0; i < 5; i++) {
      try (var client = open().send(ProbeClient.connect5(CLIENT, "wrong"))) {
        client.hear();
      }
    }
    device();
    await().during(Duration.ofMillis(300)).until(() -> gauge("paused") == 0);
  }

  @Test
  void announcingLargePacketsCostsNothing() throws IOException {
    server = TestEndpoint.start("up.memory-bytes", "1048576");
    for (int i = 0; i < 40; i++) {
      open().send(new byte[] {0x10, (byte) 0xFC, (byte) 0xFF, 0x05, 0});
    }
    await().until(() -> gauge("knocking") == 40);
    device();
    assertEquals(0, gauge("memory.bytes"));
    assertEquals(0, gauge("knocking.bytes"));
  }

  @Test
  void fillNoMemoryButTheirOwn() throws IOException {
    server = TestEndpoint.start("connections.knocking-bytes", "200000");
    device();
    for (int i = 0; i < 6; i++) {
      open().send(new byte[] {0x10, (byte) 0xFC, (byte) 0xFF, 0x05}).send(HALF_A_CONNECT);
    }
    await().until(() -> server.count("muster.endpoint.connects", "outcome", "memory") >= 1);
    assertTrue(gauge("knocking.bytes") <= 200_000);
    assertEquals(0, gauge("memory.bytes"));
    assertEquals(1, gauge("connections"));
    for (var client : clients) {
      client.close();
    }
    await().until(() -> gauge("knocking.bytes") == 0);
  }

  @Test
  void fromOneAddressMayNotTakeAllPlaces() throws IOException {
    server = TestEndpoint.start("connections.most-knocking-per-address", "3");
    for (int i = 0; i < 3; i++) {
      open();
    }
    await().until(() -> gauge("knocking") == 3);
    assertEquals(-1, open().hearByte());
    clients.getFirst().close();
    await().until(() -> gauge("knocking") == 2);
    device();
  }

  @Test
  void connectsThatWaitForTheirAnswerAreCountedAndBounded() throws IOException {
    server =
        TestEndpoint.start(
            "connections.knocking-bytes", "8000", "connections.admission-timeout", "2s");
    server.access.answersNever = true;
    // So small that none needs room to gather.
    var connect = ProbeClient.connect5WithWill(CLIENT, FakeAccess.SECRET, new byte[3_000]);
    open().send(connect);
    open().send(connect);
    await().until(() -> gauge("knocking.bytes") > 6_000);
    var third = open().send(connect);
    assertEquals(0x88, third.hear()[3] & 0xFF);
    // Nobody answers, so they are refused.
    await().until(() -> gauge("knocking.bytes") == 0);
  }

  @Test
  void nothingOfAConnectIsKeptOnceItIsAnswered() throws IOException {
    server = TestEndpoint.start();
    open().send(ProbeClient.connect5WithWill(CLIENT, FakeAccess.SECRET, new byte[40_000])).hear();
    var will = new WeakReference<>(server.sessions.claims.getFirst().will().payload());
    server.sessions.claims.clear();
    await()
        .until(
            () -> {
              System.gc();
              return will.refersTo(null);
            });
  }

  @Test
  void aDeviceHasNoMoreConnectionsThanItMay() throws IOException {
    server = TestEndpoint.start("connections.most-per-device", "2");
    device();
    clients.add(
        ProbeClient.connected(
            server.port(), ProbeClient.connect5(CLIENT + ":a", FakeAccess.SECRET)));
    var third = open().send(ProbeClient.connect5(CLIENT + ":b", FakeAccess.SECRET));
    assertEquals(0x97, third.hear()[3] & 0xFF);
    var old = open().send(ProbeClient.connect3(CLIENT + ":b", FakeAccess.SECRET));
    assertEquals(3, old.hear()[3]);
    device();
  }
}
