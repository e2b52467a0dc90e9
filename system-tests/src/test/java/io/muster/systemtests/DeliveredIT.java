package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.systemtests.devices.CommandedDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.ServiceAccount;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the service that owns a message hears at the broker once a device has it. */
@ExtendWith(SharedStack.class)
class DeliveredIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(60);

  private final RunningStack stack;

  DeliveredIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void isReportedForQos1AndQos2AndNotForQos0() {
    var began = Instant.now().minusSeconds(1);
    var device = stack.newDevice(stack.newTenant(), "told");
    var reports = "platform/ingest/delivered/" + device.address();
    var owner = new ServiceAccount(stack, "command", 9_021);
    owner.subscribeAndLeave("platform/ingest/delivered/#");
    var speaker = new ServiceAccount(stack, "command", 9_022);
    try (var listening = CommandedDevice.connect(device, stack.endpointPort(2))) {
      for (var qos : MqttQos.values()) {
        speaker.publish(topicName(listening, qos), "{}", qos);
      }
      await().atMost(SOON).until(() -> listening.heard().size() == 3);
      var events = new ArrayList<JsonNode>();
      // Reports keep their order, so the last says that no other was before it.
      owner.collect(
          publish -> {
            if (!publish.getTopic().toString().equals(reports)) {
              return false;
            }
            events.add(json(publish));
            return events.size() == 2;
          },
          1,
          SOON);
      var named = new HashSet<String>();
      for (var event : events) {
        assertEquals("io.muster.ingest.delivered", event.path("type").asText());
        assertEquals(device.address().toString(), event.path("subject").asText());
        var data = event.path("data");
        named.add(data.path("topic").asText());
        assertTrue(data.path("packetEpoch").asLong() > 0, data.toString());
        assertTrue(Instant.parse(data.path("at").asText()).isAfter(began), data.toString());
      }
      var wanted =
          List.of(
              topicName(listening, MqttQos.AT_LEAST_ONCE),
              topicName(listening, MqttQos.EXACTLY_ONCE));
      assertEquals(new HashSet<>(wanted), named);
    }
  }

  private static String topicName(CommandedDevice device, MqttQos qos) {
    return "command/%s/req/%d/reboot".formatted(device.device().address(), qos.getCode());
  }

  private static JsonNode json(Mqtt5Publish event) {
    try {
      return JSON.readTree(event.getPayloadAsBytes());
    } catch (IOException notJson) {
      throw new UncheckedIOException(notJson);
    }
  }
}
