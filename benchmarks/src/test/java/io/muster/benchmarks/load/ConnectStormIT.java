package io.muster.benchmarks.load;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConnectStormIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<DeviceLogin> DEVICES =
      IntStream.range(0, 50)
          .mapToObj(nth -> new DeviceLogin(DeviceAddress.of("demo", "device-" + nth), "secret"))
          .toList();

  @Test
  void eachDeviceConnectsOnceAndStaysUntilTheEnd() throws InterruptedException {
    try (var server = new FakeAcceptor(FakeAcceptor.Behaviour.acknowledging(10, 1))) {
      try (var storm = new ConnectStorm(target(server.port(), 3), DEVICES, 7, 1)) {
        var result = storm.run(PATIENCE);

        assertEquals(50, result.connections());
        assertEquals(50, result.microseconds().getTotalCount());
        assertTrue(result.elapsed().isPositive());
        assertEquals(0, server.disconnects.get());
      }
      assertEquals(
          50,
          server.connects.stream().map(it -> it.payload().clientIdentifier()).distinct().count());
      await().atMost(PATIENCE).untilAsserted(() -> assertEquals(50, server.disconnects.get()));
    }
  }

  @Test
  void aServerThatIsNotThereIsAnError() {
    try (var storm = new ConnectStorm(target(1, 0), DEVICES, 7, 1)) {
      assertThrows(LoadException.class, () -> storm.run(PATIENCE));
    }
  }

  private static Target target(int port, int sources) {
    return new Target("127.0.0.1", port, null, MqttVersion.MQTT_5, 1, PATIENCE, sources);
  }
}
