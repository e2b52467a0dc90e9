package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.ServiceAccount;
import io.muster.systemtests.stack.SharedStack;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A reading's way from a client into the store and out again over REST, with nothing going wrong.
 */
@ExtendWith(SharedStack.class)
class SpineIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final RunningStack stack;

  SpineIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void answersAQueryForWhatWasAcknowledgedAtEveryReplica() {
    var device = stack.newDevice(stack.newTenant(), "boiler");
    var start = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(600);
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    for (int i = 0; i < 10; i++) {
      var json =
          "{\"ts\":\"%s\",\"temperature\":%d.5,\"on\":true}"
              .formatted(start.plusSeconds(i * 60L), i);
      client
          .publishWith()
          .topic(device.telemetry())
          .qos(MqttQos.AT_LEAST_ONCE)
          .payload(json.getBytes(StandardCharsets.UTF_8))
          .send();
    }
    client.disconnect();
    var viewer = stack.tokens().person("viewer", device.address().tenant().value());
    for (int replica = 1; replica <= 2; replica++) {
      var items =
          stack
              .http()
              .get(telemetry(replica, device, start, "&fields=temperature"), viewer)
              .expect(200)
              .json()
              .path("items");
      assertEquals(10, items.size(), items.toString());
      var sum = 0.0;
      for (var item : items) {
        sum += item.path("values").path("temperature").asDouble();
      }
      assertEquals(50.0, sum);
    }
    var buckets =
        stack
            .http()
            .get(
                telemetry(1, device, start, "&fields=temperature&bucket=PT1H&aggregate=count,sum"),
                viewer)
            .expect(200)
            .json()
            .path("items");
    var count = 0;
    for (var bucket : buckets) {
      count += bucket.path("values").path("temperature").path("count").asInt();
    }
    assertEquals(10, count, buckets.toString());
    var csv =
        stack.http().get(telemetry(1, device, start, ""), viewer, "text/csv").expect(200).body();
    assertEquals(11, csv.strip().lines().count(), csv);
    var ndjson =
        stack
            .http()
            .get(telemetry(1, device, start, ""), viewer, "application/x-ndjson")
            .expect(200)
            .body();
    assertEquals(10, ndjson.strip().lines().count(), ndjson);
  }

  @Test
  void takesEveryQosFromPahoAtMqtt5() throws Exception {
    var device = stack.newDevice(stack.newTenant(), "paho");
    var client =
        new MqttClient(
            "tcp://127.0.0.1:" + stack.endpointPort(1),
            device.clientIdentifier(),
            new MemoryPersistence());
    var options = new MqttConnectionOptions();
    options.setUserName(device.userName());
    options.setPassword(device.password().getBytes(StandardCharsets.UTF_8));
    client.connect(options);
    for (int qos = 0; qos <= 2; qos++) {
      var payload = "{\"qos\":" + qos + "}";
      var message = new MqttMessage(payload.getBytes(StandardCharsets.UTF_8));
      message.setQos(qos);
      client.publish(device.telemetry(), message);
    }
    client.disconnect();
    client.close();
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertEquals(3, stack.store().readings(device.address())));
  }

  @Test
  void keepsEvents() {
    var device = stack.newDevice(stack.newTenant(), "alarm");
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    client
        .publishWith()
        .topic("event/" + device.address())
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("not JSON, and kept as it came".getBytes(StandardCharsets.UTF_8))
        .send();
    client.disconnect();
    assertEquals(1, stack.store().events(device.address()));
  }

  @Test
  void publishesTheWillOfADeviceThatDied() throws Exception {
    var device = stack.newDevice(stack.newTenant(), "fragile");
    var registry = new ServiceAccount(stack, "registry", 906);
    registry.subscribeAndLeave("presence/+/+");
    try (var socket = new Socket("127.0.0.1", stack.endpointPort(1))) {
      socket.getOutputStream().write(RawConnect.withWill(device, "{\"online\":false}"));
      socket.getOutputStream().flush();
      // CONNACK, accepted (MQTT 3.1.1 §3.2).
      assertEquals("20020000", HexFormat.of().formatHex(socket.getInputStream().readNBytes(4)));
    }
    var wills =
        registry.collect(
            publish ->
                publish.getTopic().toString().equals("presence/" + device.address())
                    && new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8)
                        .contains("false"),
            1,
            SOON);
    assertEquals(1, wills.size());
  }

  @Test
  void tellsServicesOfConnections() {
    var device = stack.newDevice(stack.newTenant(), "visitor");
    var registry = new ServiceAccount(stack, "registry", 907);
    registry.subscribeAndLeave("platform/ingest/session/#");
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    client.disconnect();
    var events =
        registry.collect(
            publish -> publish.getTopic().toString().endsWith("/" + device.address()), 2, SOON);
    assertEquals(
        List.of(
            "platform/ingest/session/connected/" + device.address(),
            "platform/ingest/session/disconnected/" + device.address()),
        events.stream().map(event -> event.getTopic().toString()).toList());
  }

  @Test
  void everyServiceTellsItsHealthItsMetricsAndItsInterface() {
    for (var service : new String[] {stack.registry(), stack.ingest(1), stack.ingest(2)}) {
      stack.http().get(service + "/q/health/live", null).expect(200);
      stack.http().get(service + "/q/health/ready", null).expect(200);
      assertTrue(
          stack.http().get(service + "/q/metrics", null).expect(200).body().contains("jvm_memory"));
      assertTrue(
          stack.http().get(service + "/q/openapi", null).expect(200).body().contains("openapi"));
    }
  }

  private String telemetry(int replica, TestDevice device, Instant from, String more) {
    return "%s/api/v1/tenants/%s/devices/%s/telemetry?from=%s&to=%s%s"
        .formatted(
            stack.ingest(replica),
            device.address().tenant(),
            device.address().device(),
            encoded(from),
            encoded(from.plusSeconds(3_600)),
            more);
  }

  private static String encoded(Instant time) {
    return URLEncoder.encode(time.toString(), StandardCharsets.UTF_8);
  }
}
