package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.devices.AnsweringDevice;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Commands and jobs through the whole stack, to devices with a real MQTT client. */
@ExtendWith(SharedStack.class)
class CommandsIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final RunningStack stack;
  private TenantId tenant;

  CommandsIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeATenant() {
    tenant = stack.newTenant();
  }

  @Test
  void aCommandReachesItsDeviceAndItsAnswerTheClientThatWaits() throws Exception {
    var device = stack.newDevice(tenant, "press-1");
    try (var listening = connect(device, 200)) {
      // Asked at one instance, whichever of both hears the answer.
      var request =
          HttpRequest.newBuilder(URI.create(commands(2, device.address())))
              .header("Authorization", "Bearer " + stack.tokens().admin())
              .header("Content-Type", "application/json")
              .header("Prefer", "wait=30")
              .POST(
                  HttpRequest.BodyPublishers.ofString("{\"name\":\"stop\",\"payload\":{\"a\":1}}"))
              .build();
      var answer = stack.http().client().send(request, BodyHandlers.ofString());
      assertEquals(201, answer.statusCode(), answer.body());
      assertTrue(answer.body().contains("\"state\":\"succeeded\""), answer.body());
      assertEquals("{\"a\":1}", new String(listening.heard().getFirst().getPayloadAsBytes()));
    }
  }

  @Test
  void whatADeviceMissedComesInOrderWhenItIsThere() {
    var device = stack.newDevice(tenant, "press-1");
    List<String> ids = new ArrayList<>();
    for (var i = 0; i < 5; i++) {
      ids.add(send(1 + i % 2, device.address(), "{\"name\":\"c" + i + "\"}"));
    }
    assertEquals("queued", state(device.address(), ids.getFirst()));
    try (var listening = connect(device, 200)) {
      await().atMost(SOON).until(() -> state(device.address(), ids.getLast()).equals("succeeded"));
      assertEquals(
          List.of("c0", "c1", "c2", "c3", "c4"),
          listening.heard().stream()
              .map(it -> it.getTopic().toString().split("/")[5])
              .distinct()
              .toList());
    }
  }

  @Test
  void eachEndIsKnown() {
    var device = stack.newDevice(tenant, "press-1");
    var address = device.address();
    var expired = send(1, address, "{\"name\":\"x\",\"timeToLive\":\"PT0.5S\"}");
    await().atMost(SOON).until(() -> state(address, expired).equals("expired"));
    var cancelled = send(1, address, "{\"name\":\"x\"}");
    cancel(address, cancelled);
    try (var listening =
        AnsweringDevice.connect(
            device,
            stack.endpointPort(1),
            name ->
                switch (name) {
                  case "done" -> Optional.of(200);
                  case "no" -> Optional.of(403);
                  case "broken" -> Optional.of(500);
                  default -> Optional.empty();
                })) {
      var done = send(1, address, "{\"name\":\"done\"}");
      var rejected = send(1, address, "{\"name\":\"no\"}");
      var failed = send(1, address, "{\"name\":\"broken\"}");
      var silent = send(1, address, "{\"name\":\"silent\",\"responseTimeout\":\"PT1S\"}");
      var oneWay = send(1, address, "{\"name\":\"shout\",\"oneWay\":true}");
      await().atMost(SOON).until(() -> state(address, silent).equals("timed-out"));
      await().atMost(SOON).until(() -> state(address, oneWay).equals("delivered"));
      assertEquals("succeeded", state(address, done));
      assertEquals("rejected", state(address, rejected));
      assertEquals("failed", state(address, failed));
      assertEquals("cancelled", state(address, cancelled));
      assertTrue(
          listening.heard().stream().noneMatch(it -> it.getTopic().toString().contains(cancelled)));
    }
  }

  /** One is connected and does not subscribe, the other one never says that it has finished. */
  @Test
  void whatIsNotDeliveredOrNotFinishedInTimeTimesOut() {
    var deaf = stack.newDevice(tenant, "press-1");
    var slow = stack.newDevice(tenant, "press-2");
    var connected = deaf.mqtt5(stack.endpointPort(1)).toBlocking();
    connected.connect();
    try (var _ = connect(slow, 202)) {
      // Once this one is sent, it is known that the device is there.
      var first = send(1, deaf.address(), "{\"name\":\"x\"}");
      await().atMost(SOON).until(() -> state(deaf.address(), first).equals("sent"));
      cancel(deaf.address(), first);
      var undelivered = send(1, deaf.address(), "{\"name\":\"x\",\"timeToLive\":\"PT3S\"}");
      var unfinished = send(1, slow.address(), "{\"name\":\"x\",\"responseTimeout\":\"PT3S\"}");
      assertTimedOut(deaf.address(), undelivered, "not-delivered", "sent");
      assertTimedOut(slow.address(), unfinished, "not-finished", "accepted");
    } finally {
      connected.disconnect();
    }
  }

  private void assertTimedOut(DeviceAddress device, String id, String reason, String before) {
    await().atMost(SOON).until(() -> state(device, id).equals("timed-out"));
    var command = command(device, id);
    assertEquals(reason, command.path("reason").asText(), command.toString());
    var steps = command.path("steps");
    assertEquals(before, steps.path(steps.size() - 2).path("state").asText(), command.toString());
  }

  /** One instance is killed, then the broker, while commands are on their way. */
  @Test
  void nothingIsLostWhenAnInstanceAndTheBrokerAreKilled() {
    List<AnsweringDevice> devices = new ArrayList<>();
    List<DeviceAddress> addresses = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    try {
      for (var i = 0; i < 10; i++) {
        var device = stack.newDevice(tenant, "press-" + i);
        devices.add(connect(device, 200));
        addresses.add(device.address());
      }
      for (var i = 0; i < 100; i++) {
        // Of both, the one that is not killed takes requests.
        ids.add(send(2, addresses.get(i % 10), "{\"name\":\"c\",\"timeToLive\":\"PT1H\"}"));
        if (i == 30) {
          stack.processes().kill("command");
        }
        if (i == 60) {
          stack.processes().kill("broker");
        }
      }
      for (var i = 0; i < 100; i++) {
        var address = addresses.get(i % 10);
        var id = ids.get(i);
        await()
            .atMost(SOON.multipliedBy(2))
            .pollInterval(Duration.ofMillis(100))
            .until(() -> state(address, id).equals("succeeded"));
      }
    } finally {
      devices.forEach(AnsweringDevice::close);
    }
  }

  @Test
  void aJobReachesTheDevicesOfAFilterAndThoseThatCome() {
    List<AnsweringDevice> devices = new ArrayList<>();
    try {
      for (var i = 0; i < 5; i++) {
        devices.add(connect(stack.newDevice(tenant, "press-" + i), 200));
      }
      stack.newDevice(tenant, "lathe-1");
      var job =
          stack
              .http()
              .post(
                  jobs(),
                  stack.tokens().admin(),
                  "{\"command\":{\"name\":\"stop\"},\"targets\":{\"filter\":\"id==press-*\"},"
                      + "\"continuous\":true}")
              .expect(201)
              .json()
              .path("id")
              .asText();
      await().atMost(SOON).until(() -> counts(job).path("succeeded").asInt() == 5);
      devices.add(connect(stack.newDevice(tenant, "press-late"), 500));
      await().atMost(SOON).until(() -> counts(job).path("failed").asInt() == 1);
      assertEquals(2, counts(job).size(), counts(job).toString());
    } finally {
      devices.forEach(AnsweringDevice::close);
    }
  }

  @Test
  void anotherDevicesAnswerChangesNothing() {
    var victim = stack.newDevice(tenant, "victim");
    var id = send(1, victim.address(), "{\"name\":\"x\"}");
    var mallory = stack.newDevice(tenant, "mallory");
    var client = mallory.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    client
        .publishWith()
        .topic("command/" + mallory.address() + "/res/" + id + "/200")
        .qos(com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE)
        .send();
    client.disconnect();
    // Answers keep their order: once another one is taken, that one was.
    try (var listening = connect(mallory, 200)) {
      var own = send(1, mallory.address(), "{\"name\":\"x\"}");
      await().atMost(SOON).until(() -> state(mallory.address(), own).equals("succeeded"));
    }
    assertEquals("queued", state(victim.address(), id));
  }

  private AnsweringDevice connect(TestDevice device, int status) {
    return AnsweringDevice.connect(device, stack.endpointPort(1), name -> Optional.of(status));
  }

  private String send(int instance, DeviceAddress device, String json) {
    return stack
        .http()
        .post(commands(instance, device), stack.tokens().admin(), json)
        .expect(201)
        .json()
        .path("id")
        .asText();
  }

  private void cancel(DeviceAddress device, String id) {
    stack
        .http()
        .post(commands(2, device) + "/" + id + "/cancel", stack.tokens().admin(), "{}")
        .expect(200);
  }

  private String state(DeviceAddress device, String id) {
    return command(device, id).path("state").asText();
  }

  private JsonNode command(DeviceAddress device, String id) {
    return stack
        .http()
        .get(commands(2, device) + "/" + id, stack.tokens().admin())
        .expect(200)
        .json();
  }

  private JsonNode counts(String job) {
    return stack
        .http()
        .get(jobs() + "/" + job, stack.tokens().admin())
        .expect(200)
        .json()
        .path("counts");
  }

  private String jobs() {
    return stack.command(1) + "/api/v1/tenants/" + tenant + "/jobs";
  }

  private String commands(int instance, DeviceAddress device) {
    return stack.command(instance)
        + "/api/v1/tenants/"
        + device.tenant()
        + "/devices/"
        + device.device()
        + "/commands";
  }
}
