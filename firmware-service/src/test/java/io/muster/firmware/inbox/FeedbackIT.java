package io.muster.firmware.inbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.OneDevice;
import io.muster.firmware.ServiceTest;
import io.muster.outbox.OutboxEntry;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What ingest tells of devices and their firmware. */
@ServiceTest
class FeedbackIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Inject MeterRegistry meters;
  FirmwareStack stack;
  private OneDevice device;
  private int action;

  @BeforeEach
  void giveADeviceAnUpdate() {
    device = OneDevice.of(stack);
    action = device.assign(device.distribution("1.0", new byte[] {1, 2, 3}));
  }

  @Test
  void feedbackOverMqttCountsAsOverHttp() {
    say(device.address(), "proceeding", action);
    say(device.address(), "closed", action);
    // Redelivered under another id: the same end told twice.
    say(device.address(), "closed", action);
    awaitState("finished");
    assertEquals(2, device.action(action).<Integer>path("statusCount"));
    assertEquals("1.0", device.api().get(device.actions() + "/installed").path("items[0].version"));
  }

  @Test
  void whatCannotBeTakenHoldsUpNobody() {
    var stranger = DeviceAddress.of(device.tenant(), "nobody");
    say(stranger, "closed", action);
    say(device.address(), "closed", 99);
    tell("firmware/" + device.address() + "/feedback", "{".getBytes(StandardCharsets.UTF_8));
    tell("firmware/" + device.address() + "/else", new byte[0]);
    var other = OneDevice.of(stack);
    say(DeviceAddress.of(other.tenant(), "lamp-1"), "closed", action);
    assertEquals("open", device.state(action));
    say(device.address(), "closed", action);
    awaitState("finished");
  }

  @Test
  void aFloodOfFeedbackIsBoundedAndItsEndIsTaken() {
    for (var i = 0; i < 1_000; i++) {
      say(device.address(), "download", action);
    }
    say(device.address(), "closed", action);
    awaitState("finished");
    List<?> history = device.action(action).path("history");
    assertEquals(100, history.size());
  }

  @Test
  void aCancellationIsAnsweredOverMqtt() {
    device.request().get(device.path() + "/deploymentBase/" + action).then().statusCode(200);
    device.api().request().post(device.actions() + "/" + action + "/cancel").then().statusCode(200);
    assertEquals("cancelling", device.state(action));
    tell(
        "firmware/" + device.address() + "/feedback",
        """
        {"id":%d,"pending":"cancelAction","status":{"execution":"closed","result":{"finished":"success"}}}\
        """
            .formatted(action)
            .getBytes(StandardCharsets.UTF_8));
    awaitState("cancelled");
  }

  @Test
  void aDeviceAgreesOverMqtt() {
    device.settings(Map.of("signatureRequired", false, "confirmationRequired", true));
    var second = device.assign(device.distribution("2.0", new byte[] {4}));
    assertEquals("unconfirmed", device.state(second));
    tell(
        "firmware/" + device.address() + "/feedback",
        "{\"id\":%d,\"pending\":\"confirmationBase\",\"confirmation\":\"confirmed\"}"
            .formatted(second)
            .getBytes(StandardCharsets.UTF_8));
    await().atMost(PATIENCE).until(() -> device.state(second).equals("open"));
  }

  @Test
  void whoBeginsToListenIsToldWhatWaits() {
    var before = notices();
    listens(List.of("command/#"));
    listens(List.of("firmware/" + device.address() + "/notify"));
    await().atMost(PATIENCE).until(() -> notices() == before + 1);
    say(device.address(), "closed", action);
    awaitState("finished");
    var marker = OneDevice.of(stack);
    var last = marker.assign(marker.distribution("1.0", new byte[] {5}));
    listens(List.of("firmware/+/+/notify"));
    say(device.address(), "closed", action);
    // What is told is taken in its order: it listens before the next one is given.
    say(marker.address(), "closed", last);
    await().atMost(PATIENCE).until(() -> marker.state(last).equals("finished"));
    var other = device.assign(device.distribution("2.0", new byte[] {4}));
    await().atMost(PATIENCE).until(() -> notices() == before + 2);
    assertEquals("open", device.state(other));
  }

  @Test
  void howFarItIsBehindIsSeen() {
    stack.ingest().away(true);
    try {
      await().atMost(PATIENCE).until(() -> behind("ingest") > 0.5);
    } finally {
      stack.ingest().away(false);
    }
    await().atMost(PATIENCE).until(() -> behind("ingest") < 0.5 && behind("registry") < 0.5);
  }

  private double behind(String service) {
    return meters.get("muster.firmware.inbox.behind").tag("service", service).gauge().value();
  }

  private long notices() {
    return device.topics().stream().filter(it -> it.endsWith("/notify")).count();
  }

  private void awaitState(String state) {
    await().atMost(PATIENCE).until(() -> device.state(action).equals(state));
  }

  private void listens(List<String> filters) {
    var event =
        OutboxEntry.event(
            UUID.randomUUID(),
            PlatformTopic.of(ServiceName.INGEST, "session/subscribed", device.address()),
            new SubscribedEvent("x", 1, filters, Instant.now()),
            Instant.now(),
            Map.of());
    stack.ingest().tell(event.id(), event.topic(), event.contentType(), event.payload());
  }

  private void say(DeviceAddress who, String execution, int number) {
    var said =
        ContractJson.mapper()
            .createObjectNode()
            .put("id", number)
            .set(
                "status",
                ContractJson.mapper()
                    .createObjectNode()
                    .put("execution", execution)
                    .set(
                        "result",
                        ContractJson.mapper()
                            .createObjectNode()
                            .put("finished", execution.equals("closed") ? "success" : "none")));
    tell("firmware/" + who + "/feedback", said.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void tell(String topic, byte[] payload) {
    stack.ingest().tell(topic, "application/json", payload);
  }
}
