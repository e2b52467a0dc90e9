package io.muster.benchmarks.load;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FleetIT {
  private static final List<DeviceLogin> DEVICES =
      List.of(
          new DeviceLogin(DeviceAddress.of("demo", "one"), "secret-1"),
          new DeviceLogin(DeviceAddress.of("demo", "two"), "secret-2"));
  private static final Duration A_MOMENT = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @ParameterizedTest
  @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
  void everyMessageIsDistinctAndCountedWhenItIsAcknowledged(MqttVersion version)
      throws InterruptedException {
    try (var server = new FakeAcceptor(FakeAcceptor.Behaviour.acknowledging(100, 10));
        var fleet = Fleet.connect(target(server, version, 40), DEVICES, 2, 1)) {
      var result = fleet.publish(new Pace.AsAcknowledged(), A_MOMENT, PATIENCE);

      assertTrue(result.isComplete());
      assertTrue(result.sent() > 0);
      assertEquals(result.sent(), fleet.acknowledged());
      assertEquals(result.sent(), server.publishes.get());
      assertEquals(result.sent(), server.readings.size());
      assertEquals(result.sent(), result.microseconds().getTotalCount());
      assertEquals(Set.of("telemetry/demo/one", "telemetry/demo/two"), server.topicNames);
    }
  }

  @Test
  void fillsTheWindowThatReceiveMaximumAllowsAndNoMore() throws InterruptedException {
    try (var server = new FakeAcceptor(FakeAcceptor.Behaviour.acknowledging(7, 7));
        var fleet = Fleet.connect(target(server, MqttVersion.MQTT_5, 1_000), DEVICES, 2, 1)) {
      var result = fleet.publish(new Pace.AsAcknowledged(), A_MOMENT, PATIENCE);

      assertTrue(result.isComplete());
      assertEquals(7, server.mostInFlight.get());
    }
  }

  @Test
  void at311TheOwnWindowIsTheBound() throws InterruptedException {
    try (var server = new FakeAcceptor(FakeAcceptor.Behaviour.acknowledging(7, 20));
        var fleet = Fleet.connect(target(server, MqttVersion.MQTT_3_1_1, 20), DEVICES, 2, 1)) {
      fleet.publish(new Pace.AsAcknowledged(), A_MOMENT, PATIENCE);

      assertEquals(20, server.mostInFlight.get());
    }
  }

  @Test
  void aFixedRateSendsExactlyWhatItIsDue() throws InterruptedException {
    try (var server = new FakeAcceptor(FakeAcceptor.Behaviour.acknowledging(100, 1));
        var fleet = Fleet.connect(target(server, MqttVersion.MQTT_5, 100), DEVICES, 2, 2)) {
      var result = fleet.publish(new Pace.FixedRate(1_001), Duration.ofSeconds(1), PATIENCE);

      assertTrue(result.isComplete());
      assertEquals(1_001, result.sent());
    }
  }

  @Test
  void refusalsAreCountedByReason() throws InterruptedException {
    var refusing = new FakeAcceptor.Behaviour(50, 5, (byte) 0x97, 0);
    try (var server = new FakeAcceptor(refusing);
        var fleet = Fleet.connect(target(server, MqttVersion.MQTT_5, 50), DEVICES, 2, 1)) {
      var result = fleet.publish(new Pace.AsAcknowledged(), A_MOMENT, PATIENCE);

      assertEquals(Map.of(0x97, result.sent()), result.acks().byReason());
      assertEquals(0, result.acks().successes());
    }
  }

  @Test
  void aConnectionThatTheServerClosesIsToldAndHoldsUpNothing() throws InterruptedException {
    var closing = new FakeAcceptor.Behaviour(50, 1_000, (byte) 0, 10);
    try (var server = new FakeAcceptor(closing);
        var fleet = Fleet.connect(target(server, MqttVersion.MQTT_5, 50), DEVICES, 2, 1)) {
      var result = fleet.publish(new Pace.AsAcknowledged(), A_MOMENT, PATIENCE);

      assertEquals(2, result.lostConnections());
      assertEquals(result.sent(), result.unacknowledged());
      assertFalse(result.isComplete());
    }
  }

  @Test
  void runsFollowEachOtherOnTheSameConnections() throws InterruptedException {
    try (var server = new FakeAcceptor(FakeAcceptor.Behaviour.acknowledging(50, 10));
        var fleet = Fleet.connect(target(server, MqttVersion.MQTT_5, 50), DEVICES, 2, 1)) {
      var first = fleet.publish(new Pace.AsAcknowledged(), A_MOMENT, PATIENCE);
      var second = fleet.publish(new Pace.FixedRate(500), A_MOMENT, PATIENCE);

      assertTrue(first.isComplete() && second.isComplete());
      assertEquals(150, second.sent());
      assertEquals(first.sent() + second.sent(), server.publishes.get());
    }
  }

  @Test
  void eachConnectionOfADeviceHasItsOwnClientIdentifier() {
    try (var server = new FakeAcceptor(FakeAcceptor.Behaviour.acknowledging(50, 10))) {
      var target = target(server, MqttVersion.MQTT_5, 50);
      try (var fleet = Fleet.connect(target, DEVICES, 3, 1)) {
        assertEquals(3, fleet.size());
      }
      var clientIdentifiers =
          server.connects.stream()
              .map(connect -> connect.payload().clientIdentifier())
              .collect(Collectors.toSet());
      assertEquals(Set.of("demo:one", "demo:two", "demo:one:1"), clientIdentifiers);
      assertTrue(server.connects.stream().anyMatch(c -> c.payload().userName().equals("two@demo")));
      await().atMost(PATIENCE).untilAsserted(() -> assertEquals(3, server.disconnects.get()));
    }
  }

  @Test
  void aServerThatIsNotThereIsToldByItsAddress() {
    var target = new Target("127.0.0.1", 1, null, MqttVersion.MQTT_5, 10, Duration.ofSeconds(5));

    var failure = assertThrows(LoadException.class, () -> Fleet.connect(target, DEVICES, 1, 1));

    assertTrue(failure.getMessage().contains("127.0.0.1:1"), failure.getMessage());
  }

  private static Target target(FakeAcceptor server, MqttVersion version, int window) {
    return new Target("127.0.0.1", server.port(), null, version, window, PATIENCE);
  }
}
