package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
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
              .header("Prefer", "wait=60")
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
      await().atMost(SOON).until(() -> state(address, done).equals("succeeded"));
      await().atMost(SOON).until(() -> state(address, rejected).equals("rejected"));
      await().atMost(SOON).until(() -> state(address, failed).equals("failed"));
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
      assertTimesOut(deaf.address(), "timeToLive", "not-delivered", "sent");
      assertTimesOut(slow.address(), "responseTimeout", "not-finished", "accepted");
    } finally {
      connected.disconnect();
    }
  }

  /** Where that much time is not enough even to come to the state before, it is given more. */
  private void assertTimesOut(DeviceAddress device, String limit, String reason, String before) {
    var command = timedOut(device, limit, "PT2S");
    if (!stepBeforeLast(command).equals(before)) {
      command = timedOut(device, limit, "PT20S");
    }
    assertEquals("timed-out", command.path("state").asText(), command.toString());
    assertEquals(reason, command.path("reason").asText(), command.toString());
    assertEquals(before, stepBeforeLast(command), command.toString());
  }

  private JsonNode timedOut(DeviceAddress device, String limit, String time) {
    var id = send(1, device, "{\"name\":\"x\",\"%s\":\"%s\"}".formatted(limit, time));
    await().atMost(SOON).until(() -> command(device, id).path("finished").asBoolean());
    return command(device, id);
  }

  private static String stepBeforeLast(JsonNode command) {
    var steps = command.path("steps");
    return steps.path(steps.size() - 2).path("state").asText();
  }

  /** The device's client sees each at the QoS that was asked for, and its bytes as they are. */
  @Test
  void eachQosReachesTheDevice() {
    var device = stack.newDevice(tenant, "press-1");
    var address = device.address();
    var bytes = new byte[] {0, 1, (byte) 0x80, (byte) 0xFF};
    var json =
        "{\"name\":\"%s\",\"payloadBase64\":\"AAGA/w==\",\"contentType\":\"x/y\",\"qos\":%d%s}";
    try (var listening =
        AnsweringDevice.connect(
            device,
            List.of(stack.endpointPort(2)),
            MqttQos.EXACTLY_ONCE,
            name -> name.startsWith("ask") ? Optional.of(200) : Optional.empty())) {
      // Once one at QoS 1 has come back, one at QoS 0 has no reason to be lost.
      for (var qos : List.of(1, 0, 2)) {
        var asked = send(1, address, json.formatted("ask-" + qos, qos, ""));
        var told = send(2, address, json.formatted("tell-" + qos, qos, ",\"oneWay\":true"));
        await().atMost(SOON).until(() -> state(address, asked).equals("succeeded"));
        await().atMost(SOON).until(() -> command(address, told).path("finished").asBoolean());
        assertEquals(qos == 0 ? "sent" : "delivered", state(address, told));
        for (var name : List.of("ask-" + qos, "tell-" + qos)) {
          // At QoS 0 the broker's word may be here before the message is there.
          await().atMost(SOON).until(() -> !heard(listening, name).isEmpty());
          for (var message : heard(listening, name)) {
            assertEquals(qos, message.getQos().getCode(), message.toString());
            assertArrayEquals(bytes, message.getPayloadAsBytes());
            assertEquals("x/y", message.getContentType().orElseThrow().toString());
          }
        }
      }
      assertEquals(1, heard(listening, "tell-0").size(), "nobody knows that it would be needed");
    }
  }

  private static List<Mqtt5Publish> heard(AnsweringDevice device, String name) {
    return device.heard().stream()
        .filter(it -> it.getTopic().toString().endsWith("/" + name))
        .toList();
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
        var command = "{\"name\":\"c\",\"timeToLive\":\"PT1H\",\"responseTimeout\":\"PT1H\"}";
        ids.add(send(2, addresses.get(i % 10), command));
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

  /** Three jobs at a time: each waits for the same devices, and for who comes later. */
  @Test
  void jobsReachTheDevicesOfAFilterAndOfGroupsAndThoseThatCome() {
    List<AnsweringDevice> devices = new ArrayList<>();
    try {
      for (var i = 0; i < 5; i++) {
        devices.add(connect(stack.newDevice(tenant, "press-" + i), 200));
      }
      stack.newDevice(tenant, "lathe-1");
      group("{\"id\":\"presses\",\"filter\":\"id==press-*\"}");
      group("{\"id\":\"chosen\"}");
      join("chosen", "press-0", "press-3");
      var filtered = continuousJob("\"filter\":\"id==press-*\"");
      var dynamic = continuousJob("\"group\":\"presses\"");
      var fixed = continuousJob("\"group\":\"chosen\"");
      await().atMost(SOON).until(() -> counts(filtered).path("succeeded").asInt() == 5);
      await().atMost(SOON).until(() -> counts(dynamic).path("succeeded").asInt() == 5);
      await().atMost(SOON).until(() -> counts(fixed).path("succeeded").asInt() == 2);
      assertEquals(List.of("press-0", "press-3"), targets(fixed));
      devices.add(connect(stack.newDevice(tenant, "press-late"), 500));
      join("chosen", "press-1", "press-late");
      await().atMost(SOON).until(() -> counts(filtered).path("failed").asInt() == 1);
      await().atMost(SOON).until(() -> counts(dynamic).path("failed").asInt() == 1);
      await().atMost(SOON).until(() -> counts(fixed).path("succeeded").asInt() == 3);
      await().atMost(SOON).until(() -> counts(fixed).path("failed").asInt() == 1);
      for (var job : List.of(filtered, dynamic, fixed)) {
        assertEquals(2, counts(job).size(), counts(job).toString());
      }
      assertEquals(List.of("press-0", "press-1", "press-3", "press-late"), targets(fixed));
    } finally {
      devices.forEach(AnsweringDevice::close);
    }
  }

  /** In a group of the registry, or who is in it. */
  private void group(String json) {
    stack.http().post(groups(), stack.tokens().admin(), json).expect(201);
  }

  private void join(String group, String... devices) {
    stack
        .http()
        .post(
            groups() + "/" + group + "/members",
            stack.tokens().admin(),
            "{\"add\":[\"" + String.join("\",\"", devices) + "\"]}")
        .expect(200);
  }

  private String groups() {
    return stack.registry(2) + "/api/v1/tenants/" + tenant + "/groups";
  }

  private String continuousJob(String targets) {
    return stack
        .http()
        .post(
            jobs(),
            stack.tokens().admin(),
            "{\"command\":{\"name\":\"stop\"},\"targets\":{%s},\"continuous\":true}"
                .formatted(targets))
        .expect(201)
        .json()
        .path("id")
        .asText();
  }

  private List<String> targets(String job) {
    return stack
        .http()
        .get(jobs() + "/" + job + "/devices", stack.tokens().admin())
        .expect(200)
        .json()
        .path("items")
        .findValuesAsText("device")
        .stream()
        .sorted()
        .toList();
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
        .qos(MqttQos.AT_LEAST_ONCE)
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
