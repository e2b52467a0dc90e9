package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An engineer finds out at one replica what a device does at the other. */
@ExtendWith(SharedStack.class)
class PacketLogIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final RunningStack stack;

  PacketLogIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void showsAtOneReplicaWhyTheOtherRefusesADeviceAndWhatItSaysLater() {
    var device = stack.newDevice(stack.newTenant(), "puzzling");
    var operator = stack.tokens().person("operator", device.address().tenant().value());
    var url =
        "%s/api/v1/tenants/%s/devices/%s/packet-log"
            .formatted(stack.ingest(2), device.address().tenant(), device.address().device());
    var on = stack.http().send("PUT", url, operator, "{\"minutes\":5}").expect(200).json();
    assertTrue(on.path("on").asBoolean(), on::toString);
    awaitRefused(device, url, operator);
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    client
        .publishWith()
        .topic(device.telemetry())
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("{\"note\":\"kept-to-itself\"}".getBytes(StandardCharsets.UTF_8))
        .send();
    client.disconnect();
    await().atMost(SOON).until(() -> packets(entries(url, operator)).contains("event ended"));
    var all = packets(entries(url, operator));
    assertTrue(
        all.containsAll(
            List.of("event accepted", "in PUBLISH", "out PUBACK", "in DISCONNECT", "event ended")),
        all::toString);
    var shown = entries(url, operator).toString() + stack.log("ingest");
    assertFalse(shown.contains(device.password()), "a secret is shown");
    assertFalse(shown.contains("kept-to-itself"), "a payload is shown");
    assertTrue(stack.log("ingest").contains(device.address() + " "), "nothing in the log");
    assertEquals(204, stack.http().send("DELETE", url, operator, null).status());
    assertEquals(404, stack.http().send("DELETE", url, operator, null).status());
  }

  /** Word of the switch reaches the other replica a little later. */
  private void awaitRefused(TestDevice device, String url, String operator) {
    var wrong = device.withPassword("not-the-secret").mqtt5(stack.endpointPort(1)).toBlocking();
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              assertThrows(Mqtt5ConnAckException.class, wrong::connect);
              return StreamSupport.stream(entries(url, operator).spliterator(), false)
                  .anyMatch(it -> it.at("/fields/reason").asText().equals("wrong-secret"));
            });
  }

  private JsonNode entries(String url, String operator) {
    return stack.http().get(url + "?limit=1000", operator).expect(200).json().path("entries");
  }

  private static List<String> packets(JsonNode entries) {
    return StreamSupport.stream(entries.spliterator(), false)
        .map(it -> it.path("direction").asText() + " " + it.path("packet").asText())
        .toList();
  }
}
