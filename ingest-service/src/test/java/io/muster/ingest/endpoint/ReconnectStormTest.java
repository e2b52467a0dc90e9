package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.muster.ingest.access.Admission;
import io.smallrye.mutiny.Uni;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All devices of a replica come back at once. */
@Timeout(300)
class ReconnectStormTest {
  private static final Logger LOG = Logger.getLogger(ReconnectStormTest.class);
  private static final int MOST_ADMITTING = 64;
  private static final int ALREADY_IN = 20;

  /** What the process needs beside the two ends of each connection. */
  private static final int OTHER_FILES = 1_500;

  private static final Duration REGISTRY_TAKES = Duration.ofMillis(5);

  private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

  private final AtomicInteger asking = new AtomicInteger();
  private final AtomicInteger mostAsking = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void letsInHundreds() throws Exception {
    // So few would be in at once, were they let in as fast as they come.
    storm(300, 500);
  }

  @Test
  @Tag("full")
  void letsInTwentyThousand() throws Exception {
    storm(20_000, 2_000);
  }

  private void storm(int devices, int perSecond) throws Exception {
    var sockets = sockets(devices);
    try (var server =
            TestEndpoint.start(
                "connections.most", Integer.toString(devices + ALREADY_IN),
                "connections.per-second", Integer.toString(perSecond),
                "connections.most-admitting", Integer.toString(MOST_ADMITTING),
                "up.memory-bytes", "67108864");
        var fleet = new ReconnectingFleet(server.port(), sockets)) {
      server.access.way = this::takeTime;
      var steady = IntStream.range(0, ALREADY_IN).mapToObj(i -> new Steady(server, i)).toList();
      var memory = new Watched(server);
      asked.set(0);
      var began = System.nanoTime();
      fleet.comeBack(devices);
      await()
          .atMost(Duration.ofSeconds(240))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                memory.look();
                return fleet.letIn() == devices;
              });
      var seconds = (System.nanoTime() - began) / 1e9;
      LOG.infof(
          "%d devices were let in within %.1f s, after %d refusals and %d closed sockets; at most"
              + " %d waited",
          devices, seconds, fleet.refused(), fleet.closed(), (int) memory.mostWaiting);

      assertTrue(mostAsking.get() <= MOST_ADMITTING, () -> mostAsking + " at a time");
      assertTrue(
          asked.get() <= perSecond * (seconds + 0.1) + 1, () -> asked + " within " + seconds);
      assertEquals(0, fleet.lost(), "devices that were in and were thrown out");
      memory.assertWithinBounds();
      for (var device : steady) {
        device.stopAndCheck();
      }
    }
  }

  /** How many connections may be open at a time: each has both its ends in this process. */
  private static int sockets(int devices) {
    var system = ManagementFactory.getOperatingSystemMXBean();
    var most =
        system instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Integer.MAX_VALUE;
    var sockets = (int) Math.min(devices, (most - OTHER_FILES) / 2);
    if (sockets < devices) {
      LOG.warnf(
          "ulimit -n is %d: only %d of %d devices can be connected at a time, so some go again as"
              + " soon as they are in. With %d all stay.",
          most, sockets, devices, 2 * devices + OTHER_FILES);
    }
    assertTrue(sockets >= devices / 4, () -> "ulimit -n is " + most + ": too few for a storm");
    return sockets;
  }

  private Uni<Admission> takeTime(Uni<Admission> answer) {
    return Uni.createFrom()
        .deferred(
            () -> {
              asked.incrementAndGet();
              mostAsking.accumulateAndGet(asking.incrementAndGet(), Math::max);
              return answer
                  .onItem()
                  .delayIt()
                  .by(REGISTRY_TAKES)
                  .onTermination()
                  .invoke(asking::decrementAndGet);
            });
  }

  /** What the endpoint holds, as its metrics tell. */
  private static final class Watched {
    private final TestEndpoint server;
    private double mostWaiting;
    private double mostBytes;
    private double mostKnockingBytes;
    private double mostAdmissions;
    private double mostKnocking;

    Watched(TestEndpoint server) {
      this.server = server;
    }

    void look() {
      mostWaiting = Math.max(mostWaiting, server.gauge("muster.endpoint.admissions.waiting"));
      mostAdmissions = Math.max(mostAdmissions, server.gauge("muster.endpoint.admissions"));
      mostBytes = Math.max(mostBytes, server.gauge("muster.endpoint.memory.bytes"));
      mostKnocking = Math.max(mostKnocking, server.gauge("muster.endpoint.knocking"));
      mostKnockingBytes =
          Math.max(mostKnockingBytes, server.gauge("muster.endpoint.knocking.bytes"));
    }

    void assertWithinBounds() {
      var maxBytes = server.gauge("muster.endpoint.memory.max.bytes");
      assertTrue(mostBytes <= maxBytes, () -> mostBytes + " bytes of devices");
      assertTrue(mostKnockingBytes <= maxBytes / 8, () -> mostKnockingBytes + " of strangers");
      assertTrue(mostAdmissions <= MOST_ADMITTING, () -> mostAdmissions + " at a time");
      assertTrue(mostWaiting <= 1_500, () -> mostWaiting + " in the line");
      assertTrue(mostKnocking <= 2_000, () -> mostKnocking + " strangers");
    }
  }

  /** A device that was connected before, and publishes one message after the other. */
  private static final class Steady {
    private final TestEndpoint server;
    private final String device;
    private final RawClient client;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<Throwable> failures = new ArrayList<>();
    private final Thread thread;
    private int acknowledged;

    Steady(TestEndpoint server, int number) {
      this.server = server;
      device = "steady" + number;
      client = RawClient.connected(server, ConnectPacket.of(MQTT_5).device(device));
      thread = Thread.ofVirtual().start(this::publish);
    }

    private void publish() {
      try {
        while (!stopped.get()) {
          var identifier = 1 + acknowledged % 60_000;
          client.publish("telemetry/acme/" + device, 1, identifier, Integer.toString(acknowledged));
          client.expect("40 02 %04X".formatted(identifier));
          acknowledged++;
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      } catch (Throwable failed) {
        failures.add(failed);
      }
    }

    void stopAndCheck() throws InterruptedException {
      stopped.set(true);
      thread.join();
      assertEquals(List.of(), failures, device);
      var stored =
          server.intake.offered.stream()
              .filter(it -> it.publication().publisher().device().value().equals(device))
              .map(FakeIntake.Offered::text)
              .toList();
      assertEquals(
          IntStream.range(0, acknowledged).mapToObj(Integer::toString).toList(), stored, device);
      assertTrue(acknowledged > 0);
      client.close();
    }
  }
}
