package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.muster.systemtests.devices.Observed;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One connection for a client identifier, over all replicas: the newest. */
@ExtendWith(SharedStack.class)
class TakeoverIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final RunningStack stack;

  TakeoverIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void closesTheOlderConnectionOfAClientIdentifierAtTheSameReplica() {
    takesOver(1, 1);
  }

  @Test
  void closesTheOlderConnectionOfAClientIdentifierAtAnotherReplica() {
    takesOver(1, 2);
    takesOver(2, 1);
  }

  private void takesOver(int firstReplica, int secondReplica) {
    var device = stack.newDevice(stack.newTenant(), "moving");
    var first = Observed.connect(device, "", stack.endpointPort(firstReplica));
    publish(first.client(), device, 1);
    var second = Observed.connect(device, "", stack.endpointPort(secondReplica));
    await().atMost(SOON).until(first.ended()::isDone);
    assertEquals(Mqtt5DisconnectReasonCode.SESSION_TAKEN_OVER, first.ended().join());
    publish(second.client(), device, 2);
    assertTrue(second.client().getState().isConnected());
    second.client().disconnect();
    assertEquals(2, stack.store().readings(device.address()));
  }

  private static void publish(Mqtt5BlockingClient client, TestDevice device, int n) {
    client
        .publishWith()
        .topic(device.telemetry())
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(("{\"n\":" + n + "}").getBytes(StandardCharsets.UTF_8))
        .send();
  }
}
