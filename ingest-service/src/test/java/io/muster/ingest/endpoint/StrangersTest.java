package io.muster.ingest.endpoint;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

  @Test
  void holdsNothingOfWhatARefusedClientGoesOnSending() throws IOException {
    server = TestEndpoint.start();
    var client = open().send(ProbeClient.connect5(CLIENT, "wrong"));
    assertEquals(0x86, client.hear()[3] & 0xFF);
    var metric = PooledByteBufAllocator.DEFAULT.metric();
    var before = metric.usedDirectMemory() + metric.usedHeapMemory();
    var junk = new byte[1 << 20];
    int sentMegabytes = 0;
    try {
      for (; sentMegabytes < 64; sentMegabytes++) {
        client.send(junk);
      }
    } catch (IOException theServerHasClosed) {
      assumeTrue(sentMegabytes > 32, "a machine too slow to tell");
    }
    var grownMegabytes = (metric.usedDirectMemory() + metric.usedHeapMemory() - before) >> 20;
    assertTrue(grownMegabytes < 24, () -> "grew by " + grownMegabytes + " MB");
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
            "connections.knocking-bytes", "8000", "connections.admission-timeout", "1s");
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
        .atMost(Duration.ofSeconds(5))
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
