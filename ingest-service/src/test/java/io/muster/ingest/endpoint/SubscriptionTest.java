package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.access.Withdrawal;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device may subscribe to. */
class SubscriptionTest {
  private static final DeviceAddress SENSOR = DeviceAddress.of("acme", "sensor");
  private static final String OWN = "command/acme/boiler/req/#";
  private static final String OF_SENSOR = "command/acme/sensor/req/#";

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start("down.max-subscriptions", "3");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        OWN,
        "command/acme/boiler/req/+/reboot",
        "command/acme/boiler/req//reboot",
        "shadow/acme/boiler/#",
        "shadow/acme/boiler/+/delta",
        "shadow/acme/boiler/name/+/update/accepted",
        "firmware/acme/boiler/notify",
        "$aws/things/acme:boiler/shadow/get/+",
        "$aws/things/acme:boiler/#"
      })
  void grantsWhatStaysWithinTheDevicesOwn(String filter) {
    for (var version : ProtocolVersion.values()) {
      try (var client = RawClient.connected(server, version)) {
        client.subscribe(1, filter, 1).expect(subAck(version, 1, "01"));
      }
    }
  }

  private static String subAck(ProtocolVersion version, int identifier, String code) {
    var id = "%04X".formatted(identifier);
    return version == MQTT_5 ? "90 04 " + id + " 00 " + code : "90 03 " + id + " " + code;
  }

  @ParameterizedTest
  @CsvSource({
    "#, 87",
    "+/#, 87",
    "command/#, 87",
    "command/+/+/req/#, 87",
    "command/acme/+/req/#, 87",
    "command/acme/boiler/#, 87",
    "command/acme/boiler/res/#, 87",
    "telemetry/acme/boiler, 87",
    "firmware/acme/boiler/#, 87",
    "shadow/acme/boiler, 87",
    "$aws/things/+/shadow/#, 87",
    "$aws/things/acme:other/#, 87",
    "$SYS/#, 87",
    "command/acme/other/req/#, 87",
    "command/globex/boiler/req/#, 87",
    "$share/all/command/acme/boiler/req/#, 9E",
    "command/acme/boiler/req/a#, 8F",
    "command/acme/boiler/req/#/a, 8F",
    "'', 8F",
  })
  void refusesEverythingElse(String filter, String code) {
    try (var five = RawClient.connected(server, MQTT_5)) {
      five.subscribe(1, filter, 1).expect(subAck(MQTT_5, 1, code)).expectNothing();
    }
    try (var three = RawClient.connected(server, MQTT_3_1_1)) {
      three.subscribe(1, filter, 1).expect(subAck(MQTT_3_1_1, 1, "80")).expectNothing();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 00", "1, 01", "2, 02"})
  void grantsTheQosThatIsAskedFor(int asked, String granted) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, OWN, asked).expect(subAck(MQTT_5, 1, granted));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void grantsWhatIsForADeviceBehindAGateway(boolean known) {
    server.access.knowsGateways = known;
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, OF_SENSOR, 1).expect(subAck(MQTT_5, 1, "87"));
      server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
      client.subscribe(2, OF_SENSOR, 1).expect(subAck(MQTT_5, 2, "01"));
    }
  }

  @Test
  void answersEachFilterInItsPlaceAlsoWhenTheRegistryIsAsked() {
    server.access.knowsGateways = false;
    server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, MQTT_5)) {
      client
          .send(
              "82 67 0001 00 \"#\" 01 \"command/acme/sensor/req/#\" 00 \"command/acme/other/req/#\" 01"
                  + " \"command/acme/boiler/req/#\" 02 \"$share/g/a\" 01")
          .expect("90 08 0001 00 87 00 87 02 9E");
    }
  }

  /** The next packet must find the subscription made. */
  @Test
  void readsNothingWhileTheRegistryIsAsked() {
    server.access.holdGateways();
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.subscribe(1, OF_SENSOR, 1).ping();
      await().until(server.access::isAskedForGateways);
      server.awaitPaused(1);
      server.access.letGatewaysGo();
      client.expect(subAck(MQTT_5, 1, "87")).expect("D0 00");
    }
  }

  @Test
  void refusesMoreSubscriptionsThanItKeeps() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      for (int i = 1; i <= 3; i++) {
        client.subscribe(i, OWN.replace("#", "+/" + i), 1).expect(subAck(MQTT_5, i, "01"));
      }
      client.subscribe(4, OWN, 1).expect(subAck(MQTT_5, 4, "97"));
      client.subscribe(5, OWN.replace("#", "+/1"), 0).expect(subAck(MQTT_5, 5, "00"));
      client.unsubscribe(6, OWN.replace("#", "+/2")).expect("B0 04 0006 00 00");
      client.subscribe(7, OWN, 1).expect(subAck(MQTT_5, 7, "01"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void unsubscribes(ProtocolVersion version) {
    try (var client = RawClient.connected(server, version)) {
      client.subscribe(1, OWN, 1).expect(subAck(version, 1, "01"));
      server.deliver("command/acme/boiler/req/1/on", "", 0);
      client.hear();
      client.unsubscribe(2, OWN).expect(version == MQTT_5 ? "B0 04 0002 00 00" : "B0 02 0002");
      client.unsubscribe(3, OWN).expect(version == MQTT_5 ? "B0 04 0003 00 11" : "B0 02 0003");
      server.deliver("command/acme/boiler/req/2/on", "", 0);
      client.expectNothing();
    }
  }

  @Test
  void hearsOfADeviceUntilTheLastSubscriptionAboutItEnds() {
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.subscribe(1, OWN, 0).subscribe(2, "shadow/acme/boiler/#", 0);
      client.expect("90 03 0001 00").expect("90 03 0002 00");
      client.unsubscribe(3, OWN).expect("B0 02 0003");
      server.deliver("shadow/acme/boiler/update/delta", "", 0);
      client.expect("30 21 \"shadow/acme/boiler/update/delta\"");
    }
  }

  @Test
  void hearsNothingMoreOfADeviceThatIsWithdrawn() {
    server.access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.subscribe(1, OF_SENSOR, 0).subscribe(2, OWN, 0);
      client.expect("90 03 0001 00").expect("90 03 0002 00");
      server.access.withdraw(new Withdrawal.OfDevice(SENSOR));
      client.expectNothing();
      server.deliver("command/acme/sensor/req/1/on", "", 0);
      server.deliver("command/acme/boiler/req/1/on", "", 0);
      client.expect("30 1E \"command/acme/boiler/req/1/on\"");
    }
  }
}
