package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.muster.systemtests.devices.Link;
import io.muster.systemtests.devices.Mqtt5Link;
import io.muster.systemtests.devices.ReadingSender;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.OwnReplica;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.ServiceAccount;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A replica is told to end while devices send: they are told to go, and go on at another one. */
@ExtendWith(SharedStack.class)
class DrainedIT {
  private static final int DEVICES = 20;

  /** More than there is time for. */
  private static final int READINGS = 100_000;

  private static final double PER_SECOND = 50;
  private static final int WINDOW = 50;
  private static final long WILL_DELAY_SECONDS = 600;
  private static final Duration SPREAD = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final RunningStack stack;
  private final Queue<Farewell> farewells = new ConcurrentLinkedQueue<>();

  DrainedIT(RunningStack stack) {
    this.stack = stack;
  }

  /** What a client was told at the end of its connection to the replica that ends. */
  private record Farewell(Object reason, long atNanos) {}

  @Test
  void sendsItsDevicesToAnotherOneBitByBitAndLosesNothing() throws Exception {
    var presence = new ServiceAccount(stack, "registry", 9_031);
    presence.subscribeAndLeave("presence/+/+");
    var settings =
        Map.of(
            "MUSTER_ENDPOINT_DRAIN_SPREAD",
            SPREAD.toString(),
            "MUSTER_ENDPOINT_DRAIN_TIMEOUT",
            "60s",
            // Else so few devices would not be given the time.
            "MUSTER_ENDPOINT_CONNECTIONS_PER_SECOND",
            "5",
            "MUSTER_ENDPOINT_CONNECTIONS_PATIENCE",
            "1m");
    var tenant = stack.newTenant();
    var senders = new ArrayList<ReadingSender>();
    try (var replica = OwnReplica.start(stack, "ingest-drained", settings)) {
      var devices =
          IntStream.range(0, DEVICES).mapToObj(i -> stack.newDevice(tenant, "d" + i)).toList();
      for (var device : devices) {
        var connector = leaving(device, replica.endpointPort()).orElse(staying(device));
        senders.add(ReadingSender.start(device, connector, READINGS, WINDOW, PER_SECOND));
      }
      await()
          .atMost(PATIENCE)
          .until(() -> senders.stream().allMatch(it -> it.acknowledgedCount() > 0));
      var ended = replica.terminate(PATIENCE);
      assertTrue(ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS), "had to be killed");

      await().atMost(PATIENCE).until(() -> farewells.size() == DEVICES);
      assertToldToGoBitByBit();
      awaitProgress(senders);
      for (var sender : senders) {
        sender.finish();
        sender.awaitAllAcknowledged(PATIENCE);
        assertEquals(2, sender.connectionCount(), "one more, at the other replica");
        stack
            .store()
            .assertEachOnce(sender.device().address(), ReadingSender.FIELD, sender.total());
      }
      assertNoWill(presence, stack.newDevice(tenant, "marker"));
    } finally {
      senders.forEach(ReadingSender::close);
    }
  }

  private static void awaitProgress(List<ReadingSender> senders) {
    var now = senders.stream().mapToInt(ReadingSender::acknowledgedCount).toArray();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                IntStream.range(0, senders.size())
                    .allMatch(i -> senders.get(i).acknowledgedCount() > now[i]));
  }

  private void assertToldToGoBitByBit() {
    for (var farewell : farewells) {
      assertEquals(Mqtt5DisconnectReasonCode.SERVER_SHUTTING_DOWN, farewell.reason());
    }
    var times = farewells.stream().mapToLong(Farewell::atNanos).summaryStatistics();
    var took = Duration.ofNanos(times.getMax() - times.getMin());
    // At once would be some milliseconds; what waits for a slow machine comes together.
    assertTrue(took.compareTo(SPREAD.dividedBy(4)) > 0, "all within " + took);
  }

  /** What the last one says comes after whatever the others left behind. */
  private void assertNoWill(ServiceAccount presence, TestDevice marker) {
    var client = marker.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    client
        .publishWith()
        .topic("presence/" + marker.address())
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("here".getBytes(StandardCharsets.UTF_8))
        .send();
    client.disconnect();
    var said = new ArrayList<String>();
    presence.collect(
        publish -> {
          var topicName = publish.getTopic().toString();
          if (topicName.startsWith("presence/" + marker.address().tenant() + "/")) {
            said.add(topicName);
          }
          return said.contains("presence/" + marker.address());
        },
        1,
        PATIENCE);
    assertEquals(List.of("presence/" + marker.address()), said);
  }

  /** At the replica that ends; notes how it is sent away. */
  private Link.Connector leaving(TestDevice device, int port) {
    return () ->
        Mqtt5Link.connect(
            device
                .mqtt5Builder(port)
                .addDisconnectedListener(
                    context -> {
                      var told =
                          context.getCause() instanceof Mqtt5DisconnectException end
                              ? end.getMqttMessage().getReasonCode()
                              : context.getCause();
                      farewells.add(new Farewell(told, System.nanoTime()));
                    })
                .buildAsync(),
            withAWill(device));
  }

  private Link.Connector staying(TestDevice device) {
    return () ->
        Mqtt5Link.connect(
            device.mqtt5(stack.endpointPort(2)).toAsync(),
            Mqtt5Connect.builder().cleanStart(false).sessionExpiryInterval(60).build());
  }

  /** It is due when the device does not come back in time, which it does. */
  private static Mqtt5Connect withAWill(TestDevice device) {
    return Mqtt5Connect.builder()
        .cleanStart(false)
        .sessionExpiryInterval(WILL_DELAY_SECONDS)
        .willPublish()
        .topic("presence/" + device.address())
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("gone".getBytes(StandardCharsets.UTF_8))
        .delayInterval(WILL_DELAY_SECONDS)
        .applyWillPublish()
        .build();
  }
}
