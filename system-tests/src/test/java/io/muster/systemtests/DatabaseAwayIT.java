package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import io.muster.systemtests.devices.Mqtt3Link;
import io.muster.systemtests.devices.Mqtt5Link;
import io.muster.systemtests.devices.ReadingSender;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
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

  /** Far below what the senders would pile up, above what a garbage collector breathes. */
  private static final long GROWTH_BYTES = 96 * MEBIBYTE;

  private static final Duration SETTLED = Duration.ofSeconds(3);
  private static final Duration TIME_OUT = Duration.ofSeconds(45);
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
    var flooding = stack.newDevice(tenant, "qos0");
    var late = stack.newDevice(tenant, "late");
    var port = stack.endpointPort(1);
    // Windows larger than the endpoint's: it has to hold the clients back.
    try (var mqtt5 = ReadingSender.start(first, Mqtt5Link.of(first, port), readings, 5_000, 1_000);
        var mqtt3 = ReadingSender.start(second, Mqtt3Link.of(second, port), readings, 900, 300);
        var _ = new Flood(flooding, port)) {
      var senders = List.of(mqtt5, mqtt3);
      await()
          .atMost(PATIENCE)
          .until(() -> senders.stream().allMatch(sender -> sender.acknowledgedCount() > 100));
      try (var _ = stack.processes().freeze("postgres")) {
        passes(SETTLED);
        var acknowledged = senders.stream().mapToInt(ReadingSender::acknowledgedCount).sum();
        var resident = stack.processes().residentBytes("ingest");
        assertRefusedForNow(late, port);
        passes(away.minus(SETTLED));
        assertEquals(
            acknowledged,
            senders.stream().mapToInt(ReadingSender::acknowledgedCount).sum(),
            "acknowledged without a commit");
        var growth = stack.processes().residentBytes("ingest") - resident;
        assertTrue(growth < GROWTH_BYTES, "ingest grew by " + growth / MEBIBYTE + " MiB");
        assertReadinessSaysWhy();
      }
      senders.forEach(sender -> sender.awaitAllAcknowledged(PATIENCE));
      for (var sender : senders) {
        stack.store().assertEachOnce(sender.device().address(), ReadingSender.FIELD, readings);
      }
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
        .atMost(TIME_OUT)
        .pollInterval(Duration.ofMillis(500))
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

  /** A client that does not care: QoS 0, as fast as it is let. */
  private static final class Flood implements AutoCloseable {
    private static final String PADDING = "x".repeat(1_000);
    private final Mqtt5AsyncClient client;
    private volatile boolean stopped;

    Flood(TestDevice device, int port) {
      client = device.mqtt5(port).toAsync();
      client.connect().join();
      Thread.ofVirtual().start(() -> send(device.telemetry()));
    }

    private void send(String topicName) {
      for (long n = 0; !stopped && client.getState().isConnected(); n++) {
        var payload = "{\"n\":%d,\"padding\":\"%s\"}".formatted(n, PADDING);
        client
            .publishWith()
            .topic(topicName)
            .qos(MqttQos.AT_MOST_ONCE)
            .payload(payload.getBytes(StandardCharsets.UTF_8))
            .send();
        LockSupport.parkNanos(500_000);
      }
    }

    @Override
    public void close() {
      stopped = true;
      client.disconnect();
    }
  }
}
