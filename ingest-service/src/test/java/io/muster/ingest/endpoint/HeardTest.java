package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.heard.HeardDevice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;

/** When devices were last heard of. */
class HeardTest {
  private static final DeviceAddress CHILD = DeviceAddress.of("acme", "child");

  private final TestEndpoint server = TestEndpoint.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private List<HeardDevice> connected() {
    List<HeardDevice> heard = new ArrayList<>();
    server.endpoint.eachConnected(heard::add);
    return heard;
  }

  private List<DeviceAddress> behind() {
    List<DeviceAddress> heard = new ArrayList<>();
    server.endpoint.heardThroughGateways().each(it -> heard.add(it.device()));
    return heard;
  }

  @Test
  @Execution(CONCURRENT)
  void anyPacketOfItsOwnIsHeard() {
    var before = System.currentTimeMillis();
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).keepAlive(40))) {
      var first = connected().getFirst();
      assertEquals(TestEndpoint.DEVICE, first.device());
      assertEquals(40, first.keepAliveSeconds());
      assertEquals(true, first.atMillis() >= before);
      await()
          .until(
              () -> {
                client.ping().expect("D0 00");
                return connected().getFirst().atMillis() > first.atMillis() + 1_000;
              });
    }
    await().until(() -> connected().isEmpty());
  }

  @Test
  @Execution(CONCURRENT)
  void whoIsSilentIsNotHeard() {
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).keepAlive(40))) {
      client.ping().expect("D0 00");
      await().until(() -> connected().getFirst().atMillis() < System.currentTimeMillis() - 2_000);
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aClientThatIsNotReadIsNotSilent() {
    server.close();
    try (var reading = TestEndpoint.start("up.window-bytes", "65536");
        var client = RawClient.connected(reading, ConnectPacket.of(MQTT_5).keepAlive(40))) {
      reading.intake.hold();
      client.publish(1, 1, "x".repeat(66_000));
      reading.awaitPaused(1);
      var pausedAt = System.currentTimeMillis();
      await()
          .until(
              () -> {
                List<HeardDevice> heard = new ArrayList<>();
                reading.endpoint.eachConnected(heard::add);
                return heard.getFirst().atMillis() > pausedAt + 1_500;
              });
      reading.intake.letGo();
    }
  }

  @Test
  void aDeviceBehindAGatewayIsHeardWithWhatIsSaidForIt() {
    server.access.gateways.put(CHILD, TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).keepAlive(40))) {
      client.publish(1, 1, "{}").expect("40 02 0001");
      assertEquals(List.of(), behind());
      client.publish("telemetry/acme/child", 1, 2, "{}").expect("40 02 0002");
      assertEquals(List.of(CHILD), behind());
      client.publish("telemetry/acme/stranger", 1, 3, "{}");
      client.ping();
      assertEquals(List.of(CHILD), behind());
    }
  }
}
