package io.muster.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A token that is not for everything, with a real client at the endpoint. */
@ExtendWith(SharedStack.class)
class ScopedTokenIT {
  private final RunningStack stack;

  ScopedTokenIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void opensWhatItIsForAndNothingElse() {
    var fleet = new Fleet(stack);
    var device = stack.newDevice(fleet.tenant(), "sensor-1");
    var client = fleet.client(device.withPassword(token(fleet, "telemetry:write"))).client();
    client.connect();
    Fleet.publish(client, device.address(), "1.5");
    assertRefusesToTake(client, "shadow/" + device.address() + "/update");
    assertRefusesToTake(client, "command/" + device.address() + "/res/1/200");
    assertRefusesToTell(client, "command/" + device.address() + "/req/#");
    assertRefusesToTell(client, "$aws/things/" + fleet.tenant() + ":sensor-1/#");
    client.disconnect();
    assertEquals(1, stack.store().readings(device.address()));

    var reading = fleet.client(device.withPassword(token(fleet, "command:read"))).client();
    reading.connect();
    reading.subscribeWith().topicFilter("command/" + device.address() + "/req/#").send();
    assertRefusesToTake(reading, device.telemetry());
    reading.disconnect();
    assertEquals(1, stack.store().readings(device.address()));
  }

  @Test
  void isNotExchangedForMore() throws Exception {
    var fleet = new Fleet(stack);
    stack.newDevice(fleet.tenant(), "sensor-1");
    var limited = new TestDevice(fleet.address("sensor-1"), token(fleet, "firmware:read"));
    Newcomer.basic(
            stack,
            stack.registry() + "/api/v1/device/token",
            limited.userName(),
            limited.password(),
            "{}")
        .expect(401);
  }

  private String token(Fleet fleet, String scope) {
    return stack
        .http()
        .post(
            fleet.url("/devices/sensor-1/token"), fleet.admin(), "{\"scopes\":[\"" + scope + "\"]}")
        .expect(200)
        .json()
        .path("token")
        .asText();
  }

  private static void assertRefusesToTake(Mqtt5BlockingClient client, String topic) {
    var refused =
        assertThrows(
            Mqtt5PubAckException.class,
            () ->
                client
                    .publishWith()
                    .topic(topic)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload("{}".getBytes(StandardCharsets.UTF_8))
                    .send());
    assertEquals(Mqtt5PubAckReasonCode.NOT_AUTHORIZED, refused.getMqttMessage().getReasonCode());
  }

  private static void assertRefusesToTell(Mqtt5BlockingClient client, String filter) {
    var refused =
        assertThrows(
            Mqtt5SubAckException.class, () -> client.subscribeWith().topicFilter(filter).send());
    assertEquals(
        List.of(Mqtt5SubAckReasonCode.NOT_AUTHORIZED), refused.getMqttMessage().getReasonCodes());
  }
}
