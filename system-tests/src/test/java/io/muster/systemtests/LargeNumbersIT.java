package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.devices.Mqtt5Link;
import io.muster.systemtests.devices.ReadingSender;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many rows, and many devices at once. */
@Tag("full")
@ExtendWith(SharedStack.class)
class LargeNumbersIT {
  private static final int ROWS = 100_000;
  private static final int DEVICES = 10_000;
  private static final int CONNECTING_AT_ONCE = 100;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final RunningStack stack;

  LargeNumbersIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void storesAHundredThousandRowsOnceThoughIngestIsKilled() {
    var tenant = stack.newTenant();
    var senders = new ArrayList<ReadingSender>();
    for (int i = 0; i < 8; i++) {
      var device = stack.newDevice(tenant, "d" + i);
      var connector = Mqtt5Link.of(device, stack.endpointPort(1));
      senders.add(ReadingSender.start(device, connector, ROWS / 8, 500, 1_500));
    }
    try {
      await().atMost(PATIENCE).until(() -> stack.store().readings(tenant) > ROWS / 10);
      var killed = stack.processes().kill("ingest");
      assertTrue(
          senders.stream().allMatch(sender -> sender.acknowledgedCount() < sender.total()),
          "the kill came too late to show anything");
      stack.processes().awaitRestart("ingest", killed);
      for (var sender : senders) {
        sender.awaitAllAcknowledged(PATIENCE);
        stack.store().assertEachOnce(sender.device().address(), ReadingSender.FIELD, ROWS / 8);
      }
    } finally {
      senders.forEach(ReadingSender::close);
    }
    assertEquals(ROWS, stack.store().readings(tenant));
  }

  @Test
  void keepsTenThousandDevicesConnected() {
    var tenant = stack.newTenant();
    var devices = registered(tenant);
    var clients = connected(devices);
    var connections = stack.ingestMetrics(1).sum("muster_endpoint_connections");
    assertTrue(connections >= DEVICES, "connections: " + connections);
    System.out.printf(
        "10,000 devices: ingest has %d MiB%n", stack.processes().residentBytes("ingest") >> 20);
    var published = new ArrayList<CompletableFuture<?>>();
    for (int i = 0; i < DEVICES; i++) {
      published.add(
          clients
              .get(i)
              .publishWith()
              .topic(devices.get(i).telemetry())
              .qos(MqttQos.AT_LEAST_ONCE)
              .payload("{\"n\":1}".getBytes(StandardCharsets.UTF_8))
              .send());
    }
    published.forEach(publish -> publish.orTimeout(2, TimeUnit.MINUTES).join());
    assertEquals(DEVICES, stack.store().readings(tenant));
    assertTrue(clients.stream().allMatch(client -> client.getState().isConnected()));
    clients.forEach(Mqtt5AsyncClient::disconnect);
  }

  private List<TestDevice> registered(TenantId tenant) {
    try (var executor = Executors.newFixedThreadPool(16)) {
      var registrations =
          IntStream.range(0, DEVICES)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(
                          () -> stack.newDevice(tenant, "d" + i), executor))
              .toList();
      return registrations.stream().map(CompletableFuture::join).toList();
    }
  }

  private List<Mqtt5AsyncClient> connected(List<TestDevice> devices) {
    var gate = new Semaphore(CONNECTING_AT_ONCE);
    var clients = new ArrayList<Mqtt5AsyncClient>();
    var connects = new ArrayList<CompletableFuture<?>>();
    for (var device : devices) {
      gate.acquireUninterruptibly();
      var client = device.mqtt5(stack.endpointPort(1)).toAsync();
      clients.add(client);
      connects.add(client.connect().whenComplete((connack, failure) -> gate.release()));
    }
    connects.forEach(connect -> connect.orTimeout(2, TimeUnit.MINUTES).join());
    return clients;
  }
}
