package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.devices.Mqtt3Link;
import io.muster.systemtests.devices.Mqtt5Link;
import io.muster.systemtests.devices.RawMqtt5Link;
import io.muster.systemtests.devices.ReadingSender;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.Metrics;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import io.muster.systemtests.stack.StackProcesses;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The database stands still, the worst way to be away: connections stay open and nobody answers.
 * Clients go on sending meanwhile.
 */
@ExtendWith(SharedStack.class)
class DatabaseAwayIT {
  private static final long MEBIBYTE = 1 << 20;

  /** {@code muster.endpoint.up.window}: what a connection may have on its way to the store. */
  private static final int WINDOW = 1_024;

  /** More readings than there is time for. */
  private static final int ALL = 1_000_000;

  private static final int RECEIVE_MAXIMUM_EXCEEDED = 0x93;
  private static final String PAUSES = "muster_endpoint_pauses_total";
  private static final String HELD_BY_WINDOW = "reason=\"window\"";
  private static final String HELD_BY_BYTES = "reason=\"bytes\"";
  private static final String FOR_WANT_OF_MEMORY = "shortage=\"memory\"";
  private static final String SHED = "muster_intake_refused_total";
  private static final int FLOODS = 12;

  /** Far below what the senders would pile up, above what a garbage collector breathes. */
  private static final long GROWTH_BYTES = 96 * MEBIBYTE;

  private static final long HEAP_GROWTH_BYTES = 32 * MEBIBYTE;
  private static final Duration SAMPLE = Duration.ofMillis(250);

  private static final Duration SETTLED = Duration.ofSeconds(3);

  /** In which a garbage collector has come by twice, however late it has become. */
  private static final Duration SHORTEST_LOOK = Duration.ofSeconds(8);

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final RunningStack stack;

  DatabaseAwayIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void acknowledgesNothingAndLosesNothingWhileTheDatabaseIsAway() throws Exception {
    staysUprightWithoutTheDatabaseFor(Duration.ofSeconds(20), 3_000);
  }

  @Test
  @Tag("full")
  void acknowledgesNothingAndLosesNothingWhileTheDatabaseIsAwayForMinutes() throws Exception {
    staysUprightWithoutTheDatabaseFor(Duration.ofMinutes(4), 10_000);
  }

  private void staysUprightWithoutTheDatabaseFor(Duration away, int readings) throws Exception {
    var tenant = stack.newTenant();
    var first = stack.newDevice(tenant, "mqtt5");
    var second = stack.newDevice(tenant, "mqtt311");
    var third = stack.newDevice(tenant, "rude");
    var late = stack.newDevice(tenant, "late");
    var port = stack.endpointPort(1);
    var rude = RawMqtt5Link.connect(third, port);
    var senders = new ArrayList<ReadingSender>();
    var floods = floods(tenant, port);
    try {
      // An MQTT 5 client with more to send than it may have in flight, and keeps to it; a 3.1.1
      // client that has never heard of such a bound.
      senders.add(ReadingSender.start(first, Mqtt5Link.of(first, port), ALL, 5_000, 1_000));
      senders.add(ReadingSender.start(second, Mqtt3Link.of(second, port), ALL, readings, 300));
      await()
          .atMost(PATIENCE)
          .until(() -> senders.stream().allMatch(sender -> sender.acknowledgedCount() > 100));
      var ingest = stack.processes().of("ingest").pid();
      var metrics = stack.ingestMetrics(1);
      var pauses = metrics.sum(PAUSES, HELD_BY_WINDOW);
      var full = metrics.sum(PAUSES, HELD_BY_BYTES);
      var shed = metrics.sum(SHED, FOR_WANT_OF_MEMORY);
      try (var _ = stack.processes().freeze("postgres")) {
        var began = System.nanoTime();
        floods.forEach(Flood::begin);
        var acknowledged = settled(senders);
        assertThrownOut(rude, senders, third, readings);
        assertRefusedForNow(late, port);
        assertHeldBack(senders.get(1), pauses);
        assertMemoryIsBounded(ingest, away.minusNanos(System.nanoTime() - began));
        await("QoS 0 is shed")
            .atMost(PATIENCE)
            .until(() -> metrics.sum(SHED, FOR_WANT_OF_MEMORY) > shed);
        await("the flood is dammed")
            .atMost(PATIENCE)
            .until(() -> metrics.sum(PAUSES, HELD_BY_BYTES) >= full + FLOODS);
        assertEquals(acknowledged, acknowledged(senders), "acknowledged without a commit");
        assertReadinessSaysWhy();
        assertHeldBack(senders.get(1), pauses);
      }
      floods.forEach(Flood::close);
      senders.forEach(ReadingSender::finish);
      senders.forEach(sender -> sender.awaitAllAcknowledged(PATIENCE));
      assertEquals(ingest, stack.processes().of("ingest").pid(), "ingest was started anew");
      for (var sender : senders) {
        stack
            .store()
            .assertEachOnce(sender.device().address(), ReadingSender.FIELD, sender.total());
      }
    } finally {
      floods.forEach(Flood::close);
      senders.forEach(ReadingSender::close);
      rude.close();
    }
  }

  private List<Flood> floods(TenantId tenant, int port) {
    return IntStream.range(0, FLOODS)
        .mapToObj(n -> new Flood(stack.newDevice(tenant, "qos0-" + n), port))
        .toList();
  }

  /** How many are acknowledged when what was on its way as the database stopped is through. */
  private static int settled(List<ReadingSender> senders) {
    int before;
    int now = acknowledged(senders);
    do {
      before = now;
      passes(SETTLED);
      now = acknowledged(senders);
    } while (now > before);
    return now;
  }

  private static int acknowledged(List<ReadingSender> senders) {
    return senders.stream().mapToInt(ReadingSender::acknowledgedCount).sum();
  }

  /** The client that goes beyond its Receive Maximum; what it sent comes again like all else. */
  private void assertThrownOut(
      RawMqtt5Link rude, List<ReadingSender> senders, TestDevice device, int readings) {
    var again = Mqtt5Link.of(device, stack.endpointPort(1));
    var metrics = stack.ingestMetrics(1);
    var ends =
        metrics.rise(
            () -> {
              senders.add(
                  ReadingSender.start(device, again.after(rude), readings, readings, 100_000));
              assertEquals(
                  RECEIVE_MAXIMUM_EXCEEDED,
                  rude.disconnected().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
            },
            "muster_endpoint_disconnects_total",
            "reason=\"receive-maximum-exceeded\"");
    assertEquals(1, ends, "not counted");
    assertEquals(0, senders.getLast().acknowledgedCount(), "acknowledged without a commit");
    assertTrue(senders.getLast().sentCount() > WINDOW, "not more than it may");
  }

  /** It has sent more than the window, is not read, and is still connected. */
  private void assertHeldBack(ReadingSender mqtt3, double pausesBefore) {
    var metrics = stack.ingestMetrics(1);
    await()
        .atMost(PATIENCE)
        .until(() -> mqtt3.sentCount() - mqtt3.acknowledgedCount() > 1.5 * WINDOW);
    await("it is held back")
        .atMost(PATIENCE)
        .until(() -> metrics.sum(PAUSES, HELD_BY_WINDOW) > pausesBefore);
    await("it is not read")
        .atMost(PATIENCE)
        .until(() -> metrics.sum("muster_endpoint_paused") >= 1);
    assertEquals(1, mqtt3.connectionCount(), "it was thrown out");
  }

  /**
   * While clients go on sending: what the endpoint holds keeps within its budget, what the heap
   * holds after a collection stays where it was, and so does the process.
   */
  private void assertMemoryIsBounded(long pid, Duration time) {
    var metrics = stack.ingestMetrics(1);
    var half = time.compareTo(SHORTEST_LOOK) > 0 ? time.dividedBy(2) : SHORTEST_LOOK.dividedBy(2);
    var early = Memory.lowest(metrics, pid, half);
    var late = Memory.lowest(metrics, pid, half);
    System.out.printf("ingest without its database, lowest: %s, then %s%n", early, late);
    assertTrue(
        late.heapBytes() - early.heapBytes() < HEAP_GROWTH_BYTES,
        "the heap grew from %s to %s".formatted(early, late));
    assertTrue(
        late.residentBytes() - early.residentBytes() < GROWTH_BYTES,
        "ingest grew from %s to %s".formatted(early, late));
    assertTrue(late.endpointBytes() < metrics.sum("muster_endpoint_memory_max_bytes"));
  }

  /**
   * @param heapBytes used
   * @param residentBytes of the process
   * @param endpointBytes held for devices
   */
  private record Memory(long heapBytes, long residentBytes, long endpointBytes) {

    /** The lowest of each in a time: for the heap, what is left after a collection. */
    static Memory lowest(Metrics metrics, long pid, Duration time) {
      var lowest = new Memory(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
      for (var end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; ) {
        lowest =
            new Memory(
                Math.min(
                    lowest.heapBytes, (long) metrics.sum("jvm_memory_used_bytes", "area=\"heap\"")),
                Math.min(lowest.residentBytes, StackProcesses.residentBytes(pid)),
                Math.min(lowest.endpointBytes, (long) metrics.sum("muster_endpoint_memory_bytes")));
        passes(SAMPLE);
      }
      return lowest;
    }

    @Override
    public String toString() {
      return "heap %d MiB, resident %d MiB, for devices %d KiB"
          .formatted(heapBytes >> 20, residentBytes >> 20, endpointBytes >> 10);
    }
  }

  private void assertRefusedForNow(TestDevice late, int port) {
    var refused =
        assertThrows(Mqtt5ConnAckException.class, () -> late.mqtt5(port).toBlocking().connect());
    assertEquals(
        Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE, refused.getMqttMessage().getReasonCode());
  }

  /** A statement's time-out has to pass before anybody can say that the database is away. */
  private void assertReadinessSaysWhy() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              var readiness = stack.http().get(stack.ingest(1) + "/q/health/ready", null);
              assertEquals(503, readiness.status(), readiness.body());
              assertTrue(readiness.body().contains("database"), readiness.body());
            });
  }

  /** A time in which something must not happen; there is no condition to wait for. */
  private static void passes(Duration time) {
    var end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  /** A client that does not care: QoS 0, as fast as it is let; megabytes a second. */
  private static final class Flood implements AutoCloseable {
    private static final String PADDING = "x".repeat(8_000);
    private final Mqtt5AsyncClient client;
    private final String topicName;
    private volatile boolean stopped;

    Flood(TestDevice device, int port) {
      client = device.mqtt5(port).toAsync();
      topicName = device.telemetry();
      client.connect().join();
    }

    void begin() {
      Thread.ofVirtual().start(() -> send(topicName));
    }

    private void send(String topicName) {
      // Not more than the socket takes: what is piled up shall be piled up there, not here.
      var unwritten = new Semaphore(64);
      for (long n = 0; !stopped && client.getState().isConnected(); n++) {
        unwritten.acquireUninterruptibly();
        var payload = "{\"n\":%1$d,\"a\":\"%2$s\",\"b\":\"%2$s\"}".formatted(n, PADDING);
        client
            .publishWith()
            .topic(topicName)
            .qos(MqttQos.AT_MOST_ONCE)
            .payload(payload.getBytes(StandardCharsets.UTF_8))
            .send()
            .whenComplete((written, failure) -> unwritten.release());
        LockSupport.parkNanos(5_000_000);
      }
    }

    @Override
    public void close() {
      stopped = true;
      client.disconnect();
    }
  }
}
