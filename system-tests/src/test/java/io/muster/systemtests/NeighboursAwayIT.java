package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import io.muster.systemtests.devices.Mqtt5Link;
import io.muster.systemtests.devices.ReadingSender;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.ServiceAccount;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The registry or the broker is away: telemetry goes on, and nothing acknowledged is forgotten. */
@ExtendWith(SharedStack.class)
class NeighboursAwayIT {
  private static final int ANSWERS = 200;
  private static final int READINGS = 500;
  private static final Duration AT_ONCE = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final RunningStack stack;

  NeighboursAwayIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void acknowledgesCommandAnswersWhileTheBrokerStandsStillAndDeliversThemAfterwards() {
    var device = stack.newDevice(stack.newTenant(), "answering");
    var command = new ServiceAccount(stack, "command", 901);
    command.subscribeAndLeave("command/+/+/res/+/+");
    var client = connected(device);
    try (var _ = stack.processes().freeze("broker")) {
      answer(client, device, 0, ANSWERS);
      sendsReadings(device, "while the broker stands still", client);
    }
    client.disconnect();
    assertAnswersArrived(command, device, ANSWERS);
  }

  @Test
  void deliversWhatItAcknowledgedThoughTheBrokerIsKilled() {
    var device = stack.newDevice(stack.newTenant(), "answering");
    var command = new ServiceAccount(stack, "command", 902);
    command.subscribeAndLeave("command/+/+/res/+/+");
    var client = connected(device);
    answer(client, device, 0, ANSWERS / 2);
    var killed = stack.processes().kill("broker");
    answer(client, device, ANSWERS / 2, ANSWERS);
    client.disconnect();
    stack.processes().awaitRestart("broker", killed);
    assertAnswersArrived(command, device, ANSWERS);
  }

  @Test
  void relaysPresenceShadowAndFirmwareFeedbackToTheirServices() {
    var device = stack.newDevice(stack.newTenant(), "talking");
    var registry = new ServiceAccount(stack, "registry", 903);
    var firmware = new ServiceAccount(stack, "firmware", 903);
    registry.subscribeAndLeave("presence/+/+");
    var shadows = new ServiceAccount(stack, "registry", 904);
    shadows.subscribeAndLeave("shadow/+/+/update");
    firmware.subscribeAndLeave("firmware/+/+/feedback");
    var client = connected(device);
    publish(client, "presence/" + device.address(), "{\"online\":true}");
    publish(client, "shadow/" + device.address() + "/update", "{\"state\":{}}");
    publish(client, "firmware/" + device.address() + "/feedback", "{\"id\":1}");
    client.disconnect();
    assertArrives(registry, "presence/" + device.address());
    assertArrives(shadows, "shadow/" + device.address() + "/update");
    assertArrives(firmware, "firmware/" + device.address() + "/feedback");
  }

  @Test
  void goesOnWithKnownDevicesWhileTheRegistryStandsStill() {
    var tenant = stack.newTenant();
    var known = stack.newDevice(tenant, "known");
    var unknown = stack.newDevice(tenant, "unknown");
    var connected = connected(known);
    try (var _ = stack.processes().freeze("registry")) {
      publish(connected, known.telemetry(), "{\"n\":1}");
      connected.disconnect();
      // Vouched for a moment ago, so it may come again.
      var port = stack.endpointPort(1);
      try (var sender =
          ReadingSender.start(known, Mqtt5Link.of(known, port), READINGS, 50, 1_000)) {
        sender.awaitAllAcknowledged(AT_ONCE);
      }
      var refused = assertThrows(Mqtt5ConnAckException.class, () -> connected(unknown));
      assertEquals(
          Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE, refused.getMqttMessage().getReasonCode());
    }
    // It may need a moment to come to itself.
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(Mqtt5ConnAckException.class)
        .until(
            () -> {
              connected(unknown).disconnect();
              return true;
            });
  }

  private void sendsReadings(TestDevice device, String when, Mqtt5BlockingClient client) {
    var before = stack.store().readings(device.address());
    publish(client, device.telemetry(), "{\"n\":1}");
    assertEquals(before + 1, stack.store().readings(device.address()), when);
  }

  private Mqtt5BlockingClient connected(TestDevice device) {
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    return client;
  }

  private static void answer(Mqtt5BlockingClient client, TestDevice device, int from, int to) {
    for (int n = from; n < to; n++) {
      publish(client, "command/%s/res/%d/200".formatted(device.address(), n), "{}");
    }
  }

  private static void publish(Mqtt5BlockingClient client, String topicName, String payload) {
    client
        .publishWith()
        .topic(topicName)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(payload.getBytes(StandardCharsets.UTF_8))
        .send();
  }

  /** In order; repetitions after a lost PUBACK are allowed, gaps are not. */
  private static void assertAnswersArrived(ServiceAccount command, TestDevice device, int count) {
    var prefix = "command/" + device.address() + "/res/";
    var last = prefix + (count - 1) + "/200";
    var arrived = new LinkedHashSet<String>();
    command.collect(
        publish -> {
          var topicName = publish.getTopic().toString();
          if (topicName.startsWith(prefix)) {
            arrived.add(topicName);
          }
          return topicName.equals(last);
        },
        1,
        PATIENCE);
    assertEquals(
        IntStream.range(0, count).mapToObj(n -> prefix + n + "/200").toList(),
        List.copyOf(arrived));
  }

  private static void assertArrives(ServiceAccount service, String topicName) {
    var arrived =
        service.collect(publish -> publish.getTopic().toString().equals(topicName), 1, PATIENCE);
    assertTrue(!arrived.isEmpty(), "nothing came under " + topicName);
  }
}
