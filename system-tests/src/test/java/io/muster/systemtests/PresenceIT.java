package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.contract.id.TenantId;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whether devices are there, as people see it while real clients come and go. */
@ExtendWith(SharedStack.class)
class PresenceIT {
  /** The lease of a replica that is killed, and all that follows. */
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final RunningStack stack;
  private TenantId tenant;
  private TestDevice device;

  PresenceIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeADevice() {
    tenant = stack.newTenant();
    device = stack.newDevice(tenant, "pump");
  }

  private String path(TestDevice of) {
    return stack.devices(tenant) + "/" + of.address().device();
  }

  private JsonNode presence(TestDevice of) {
    return stack.http().get(path(of) + "/presence", stack.tokens().admin()).expect(200).json();
  }

  private void awaitPresence(TestDevice of, String status, String reason) {
    await(of.address() + " " + status + ", " + reason)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              var now = presence(of);
              assertEquals(
                  status + ", " + reason,
                  now.get("status").textValue() + ", " + now.get("reason").textValue(),
                  now::toString);
            });
  }

  private List<String> history(TestDevice of) {
    List<String> reasons = new ArrayList<>();
    presence(of).get("history").forEach(it -> reasons.add(it.get("reason").textValue()));
    return reasons.reversed();
  }

  private int found(String filter) {
    return stack
        .http()
        .get(
            stack.devices(tenant) + "?limit=1000&filter=" + filter.replace(";", "%3B"),
            stack.tokens().admin())
        .expect(200)
        .json()
        .get("items")
        .size();
  }

  private static Mqtt5BlockingClient connect(TestDevice device, int port) {
    var client = device.mqtt5(port).toBlocking();
    client.connectWith().keepAlive(60).send();
    return client;
  }

  /** One that sends nothing of itself. */
  private static Mqtt3BlockingClient connectSilently(TestDevice device, int port) {
    var client =
        MqttClient.builder()
            .useMqttVersion3()
            .serverHost("127.0.0.1")
            .serverPort(port)
            .identifier(device.clientIdentifier())
            .simpleAuth()
            .username(device.userName())
            .password(device.password().getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .buildBlocking();
    client.connectWith().keepAlive(0).send();
    return client;
  }

  private void heartbeatOfASecond(TestDevice of) {
    stack
        .http()
        .post(
            stack.registry() + "/api/v1/tenants/" + tenant + "/device-types",
            stack.tokens().admin(),
            "{\"id\":\"quick\",\"heartbeatSeconds\":1}")
        .expect(201);
    stack
        .http()
        .send("PATCH", path(of), stack.tokens().admin(), "{\"type\":\"quick\"}")
        .expect(200);
  }

  @Test
  void aDeviceIsUnknownThenOnlineThenOffline() {
    assertEquals("unknown", presence(device).get("status").textValue());
    assertEquals(1, found("presence==unknown"));
    var client = connect(device, stack.endpointPort(1));
    awaitPresence(device, "online", "connected");
    assertEquals(1, found("presence==online"));
    var connection = presence(device).get("connections").get(0);
    assertEquals(device.clientIdentifier(), connection.get("clientIdentifier").textValue());
    client.disconnect();
    awaitPresence(device, "offline", "client");
    assertEquals(0, presence(device).get("connections").size());
    assertEquals(1, found("presence==offline;lastSeen=gt=2026-01-01T00:00:00Z"));
  }

  @Test
  void aMoveToAnotherReplicaIsNoChange() {
    connect(device, stack.endpointPort(1));
    awaitPresence(device, "online", "connected");
    var replica = presence(device).at("/connections/0/replica").textValue();
    var second = connect(device, stack.endpointPort(2));
    await()
        .atMost(PATIENCE)
        .until(
            () -> !presence(device).at("/connections/0/replica").asText(replica).equals(replica));
    assertEquals(List.of("connected"), history(device));
    second.disconnect();
    awaitPresence(device, "offline", "client");
    assertEquals(List.of("connected", "client"), history(device));
  }

  @Test
  @Tag("full")
  void devicesOfAKilledEndpointGoOnceAndComeBackElsewhere() {
    List<TestDevice> fleet = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      fleet.add(stack.newDevice(tenant, "d" + i));
    }
    try (var replica = OwnReplica.start(stack, "ingest-killed", Map.of())) {
      fleet.forEach(it -> connect(it, replica.endpointPort()));
      await().atMost(PATIENCE).until(() -> found("presence==online") == 30);
      replica.kill();
      connect(fleet.getFirst(), stack.endpointPort(1));
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> found("presence==offline") == 29);
      assertEquals("online", presence(fleet.getFirst()).get("status").textValue());
      assertEquals(List.of("connected"), history(fleet.getFirst()));
      for (var gone : fleet.subList(1, 30)) {
        assertEquals(List.of("connected", "replica-lost"), history(gone));
      }
      // The same replica again, by another start.
      replica.startAgain();
      var back = connect(fleet.getLast(), replica.endpointPort());
      awaitPresence(fleet.getLast(), "online", "connected");
      back.disconnect();
    }
  }

  @Test
  void whoIsConnectedAndSilentIsOfflineUntilItIsHeard() {
    heartbeatOfASecond(device);
    var client = connectSilently(device, stack.endpointPort(1));
    awaitPresence(device, "offline", "silent");
    assertEquals(1, presence(device).get("connections").size());
    client
        .publishWith()
        .topic(device.telemetry())
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("{\"n\":1}".getBytes(StandardCharsets.UTF_8))
        .send();
    // Not for long: it falls silent again, perhaps before somebody looks.
    await().atMost(PATIENCE).until(() -> history(device).contains("heard"));
    client.disconnect();
    await().atMost(PATIENCE).until(() -> presence(device).get("connections").isEmpty());
    assertEquals("offline", presence(device).get("status").textValue());
  }

  @Test
  @Tag("full")
  void whileIngestDoesNotReportNobodyFallsSilent() {
    heartbeatOfASecond(device);
    var settings = Map.of("MUSTER_PRESENCE_INTERVAL", "1H");
    try (var replica = OwnReplica.start(stack, "ingest-quiet", settings)) {
      var client = connectSilently(device, replica.endpointPort());
      awaitPresence(device, "online", "connected");
      // Four times what it may be silent, and longer than until the registry looks at it.
      await()
          .during(Duration.ofSeconds(12))
          .atMost(PATIENCE)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> presence(device).get("status").textValue().equals("online"));
      client.disconnect();
      awaitPresence(device, "offline", "client");
    }
  }

  @Test
  void aDeviceBehindAGatewayIsOnlineWhileItIsHeardAndGoesByItsWord() {
    var sensor = stack.newDevice(tenant, "sensor");
    stack
        .http()
        .send("PATCH", path(sensor), stack.tokens().admin(), "{\"gateway\":\"pump\"}")
        .expect(200);
    var gateway = connect(device, stack.endpointPort(1));
    publish(gateway, sensor.telemetry(), "{\"n\":1}");
    awaitPresence(sensor, "online", "heard");
    publish(gateway, "presence/" + sensor.address(), "{\"status\":\"offline\"}");
    awaitPresence(sensor, "offline", "device");
    publish(gateway, "presence/" + sensor.address(), "online");
    awaitPresence(sensor, "online", "device");
    gateway.disconnect();
    awaitPresence(device, "offline", "client");
  }

  private static String payload(Mqtt5Publish publish) {
    return new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8);
  }

  private static void publish(Mqtt5BlockingClient client, String topic, String payload) {
    client
        .publishWith()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(payload.getBytes(StandardCharsets.UTF_8))
        .send();
  }

  @Test
  void itsConnectionWeighsMoreThanALateWill() {
    var words = new ServiceAccount(stack, "registry", 9_041);
    words.subscribeAndLeave("presence/" + device.address());
    var first = device.mqtt5(stack.endpointPort(1)).toBlocking();
    first
        .connectWith()
        .keepAlive(60)
        .willPublish()
        .topic("presence/" + device.address())
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("offline".getBytes(StandardCharsets.UTF_8))
        .applyWillPublish()
        .send();
    awaitPresence(device, "online", "connected");
    // The old connection's will is published by the takeover, when the new one is there already.
    var second = connect(device, stack.endpointPort(2));
    publish(second, "presence/" + device.address(), "online");
    assertEquals(1, words.collect(it -> payload(it).equals("offline"), 1, PATIENCE).size());
    second.disconnect();
    // The registry takes what comes of a device in order: the will before this.
    awaitPresence(device, "offline", "client");
    assertEquals(List.of("connected", "client"), history(device));
  }

  @Test
  @Tag("full")
  void nothingIsMissedWhileInstancesOfTheRegistryAreKilled() {
    var other = stack.newDevice(tenant, "other");
    var client = connect(device, stack.endpointPort(1));
    awaitPresence(device, "online", "connected");
    var killed = stack.processes().killTogether("registry", "registry-2");
    client.disconnect();
    killed.forEach(stack.processes()::awaitRestart);
    awaitPresence(device, "offline", "client");
    assertEquals(List.of("connected", "client"), history(device));
    // One of two is enough, whichever it is that has followed so far.
    var connected = connect(other, stack.endpointPort(2));
    awaitPresence(other, "online", "connected");
    stack.processes().kill("registry-2");
    connected.disconnect();
    awaitPresence(other, "offline", "client");
    assertEquals(List.of("connected", "client"), history(other));
  }
}
