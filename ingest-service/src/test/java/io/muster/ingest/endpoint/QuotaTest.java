package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.registry.DeviceLimits;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import io.muster.ingest.endpoint.session.EndReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device hears that has used up what it, its tenant or all may use. */
class QuotaTest {
  private static final Duration A_WHILE = Duration.ofMillis(300);
  private static final String QUIET = "telemetry/acme/quiet";
  private static final int BURST = 10;

  /** Nearly as much as may come at once. */
  private static final String LARGE = "x".repeat(9_000);

  private TestEndpoint server;

  @AfterEach
  void stop() {
    server.close();
  }

  /**
   * Of a device that may send a message and 1,000 bytes in a second, and ten times that at once.
   */
  private void start(String... settings) {
    var slow = Stream.of("limits.device.bytes-per-second", "1000");
    server =
        TestEndpoint.start(Stream.concat(slow, Arrays.stream(settings)).toArray(String[]::new));
    server.access.limits = new DeviceLimits(1, 100_000);
  }

  private void startImpatient(String... settings) {
    var impatient = Stream.of("limits.patience", "0s");
    start(Stream.concat(impatient, Arrays.stream(settings)).toArray(String[]::new));
  }

  private static void publish(RawClient client, int qos, int from, int to) {
    for (int i = from; i <= to; i++) {
      client.publish(qos, i, "{}");
    }
  }

  private double reached(String limit, String answer) {
    return server.count("muster.endpoint.limits.reached", "limit", limit, "answer", answer);
  }

  private long offered(String topic) {
    return server.intake.offered.stream()
        .filter(it -> it.publication().topic().name().equals(topic))
        .count();
  }

  private static void useUpTheBurst(RawClient client) {
    client.publish(1, 1, LARGE).expect("40 02 0001");
  }

  @ParameterizedTest
  @CsvSource({"1, 40", "2, 50"})
  void refusesWithAWordWhatExceedsTheRateForTooLong(int qos, String acknowledgement) {
    startImpatient();
    try (var client = RawClient.connected(server, MQTT_5)) {
      useUpTheBurst(client);
      client.publish(qos, 11, LARGE).expect(acknowledgement + " 03 000B 97");
      assertEquals(1, server.intake.offered.size());
      await().until(() -> reached("device-rate", "refused") == 1);
      assertTrue(server.intake.letters.isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatIsRefusedDoesNotCountAsUnacknowledged(int qos) {
    startImpatient("up.window", "1");
    try (var client = RawClient.connected(server, MQTT_5)) {
      useUpTheBurst(client);
      client.publish(qos, 11, "x".repeat(2_000)).hear();
      client.publish(qos, 12, "x".repeat(2_000));
      assertEquals(qos == 1 ? 0x40 : 0x50, client.hear().first());
    }
  }

  @Test
  void saysInWordsWhyItIsNotKept() throws IOException {
    startImpatient();
    var connect = ProbeClient.connect5(TestEndpoint.CLIENT, FakeAccess.SECRET);
    try (var client = ProbeClient.connected(server.port(), connect)) {
      var large = ProbeClient.publish5(TestEndpoint.TELEMETRY, 1, 1, out -> {}, LARGE);
      client.send(large).hear();
      var refused = new String(client.send(large).hear(), StandardCharsets.UTF_8);
      assertTrue(refused.contains("may send in a second"), refused);
    }
  }

  @ParameterizedTest
  @EnumSource
  void dropsAndCountsQos0ThatExceedsTheRateForTooLong(ProtocolVersion version) {
    startImpatient();
    try (var client = RawClient.connected(server, version)) {
      useUpTheBurst(client);
      client.publish(0, 0, LARGE);
      await().until(() -> reached("device-rate", "dropped") == 1);
      assertEquals(1, server.intake.offered.size());
      assertEquals(1, server.gauge("muster.endpoint.connections"));
    }
  }

  /** It has no word for it, and an acknowledgement would be a lie: the message comes again. */
  @Test
  void closesAnMqtt3ConnectionThatExceedsTheRateForTooLong() {
    startImpatient();
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.publish(1, 1, LARGE).publish(1, 2, LARGE).expect("40 02 0001").expectEnd();
      server.awaitEnd(EndReason.QUOTA_EXCEEDED);
      assertEquals(1, server.intake.offered.size());
    }
  }

  /**
   * It may be of a message that is stored; told that it is not, the client would send a new one.
   */
  @Test
  void neverRefusesARepetitionAtQos2() {
    startImpatient();
    var repetition =
        WireBytes.packet(
            0x3C,
            WireBytes.string(TestEndpoint.TELEMETRY),
            WireBytes.of("000B 00"),
            LARGE.getBytes(StandardCharsets.UTF_8));
    try (var client = RawClient.connected(server, MQTT_5)) {
      useUpTheBurst(client);
      client.send(repetition).expect("50 02 000B");
      await().until(() -> reached("device-rate", "slowed") == 1);
    }
  }

  @Test
  void onlySlowsDownWhileItIsPatient() {
    start();
    try (var client = RawClient.connected(server, MQTT_5)) {
      useUpTheBurst(client);
      client.publish(1, 11, LARGE).expect("40 02 000B");
      server.awaitPaused(1);
      await().until(() -> reached("device-rate", "slowed") == 1);
      assertEquals(0, reached("device-rate", "refused"));
    }
  }

  @Test
  void countsBytesOfADeviceOverAllItsConnections() {
    start();
    try (var one = RawClient.connected(server, MQTT_5)) {
      useUpTheBurst(one);
    }
    var second = ConnectPacket.of(MQTT_5).client("acme:boiler:2");
    try (var two = RawClient.connected(server, second)) {
      two.publish(1, 1, LARGE).expect("40 02 0001");
      server.awaitPaused(1);
    }
  }

  @Test
  void slowsDownADeviceThatAsksTooOften() {
    start();
    try (var client = RawClient.connected(server, MQTT_5)) {
      for (int i = 0; i < 4 * BURST; i++) {
        client.ping();
      }
      await().until(() -> reached("device-rate", "slowed") >= 1);
    }
  }

  /** By its own rate: what another device sends is answered all the same. */
  @Test
  void aNoisyDeviceSlowsItselfOnly() {
    start();
    try (var noisy = RawClient.connected(server, MQTT_5);
        var quiet = RawClient.connected(server, ConnectPacket.of(MQTT_5).device("quiet"))) {
      publish(noisy, 0, 1, 1_000);
      server.awaitPaused(1);
      for (int i = 1; i < BURST; i++) {
        quiet.publish(QUIET, 1, i, "{}").expect("40 02 00" + "%02X".formatted(i));
      }
      assertTrue(offered(TestEndpoint.TELEMETRY) < 1_000);
    }
  }

  /** By the rate that they share: what one has overdrawn for nine seconds, the other still has. */
  @ParameterizedTest
  @ValueSource(strings = {"tenant", "total"})
  void aNoisyDeviceLeavesOthersTheirShare(String pool) {
    server = TestEndpoint.start("limits." + pool + ".bytes-per-second", "1000");
    try (var noisy = RawClient.connected(server, MQTT_5);
        var quiet = RawClient.connected(server, ConnectPacket.of(MQTT_5).device("quiet"))) {
      // One message passes always.
      noisy.publish(1, 1, "x".repeat(19_000)).publish(1, 2, "{}").publish(1, 3, "{}");
      noisy.expect("40 02 0001").expect("40 02 0002");
      server.awaitPaused(1);
      for (int i = 1; i <= 5; i++) {
        quiet.publish(QUIET, 1, i, "{}").expect("40 02 00" + "%02X".formatted(i));
      }
      quiet.ping().expect("D0 00");
      assertEquals(1, server.gauge("muster.endpoint.paused"));
      await().until(() -> reached(pool + "-rate", "slowed") == 1);
      assertEquals(2, offered(TestEndpoint.TELEMETRY));
    }
  }

  @Test
  void theConnectionsOfADeviceShareWhatMayBeOnItsWay() {
    server = TestEndpoint.start("limits.device.in-flight-messages", "4");
    server.intake.hold();
    var second = ConnectPacket.of(MQTT_5).client("acme:boiler:2");
    try (var one = RawClient.connected(server, MQTT_5);
        var two = RawClient.connected(server, second)) {
      publish(one, 1, 1, 10);
      server.awaitPaused(1);
      // The last is counted just before it is offered.
      await().until(() -> server.intake.offered.size() == 4);
      // One message each may have, so that its answer opens the gate again.
      publish(two, 1, 1, 2);
      server.awaitPaused(2);
      await().during(A_WHILE).until(() -> server.intake.offered.size() == 5);
      await().until(() -> reached("device-in-flight", "slowed") == 2);
      server.intake.letGo();
      await().until(() -> server.intake.offered.size() == 12);
      server.awaitPaused(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tenant", "total"})
  void whoHoldsMoreThanItsShareIsNotReadAndLeavesTheRestToOthers(String pool) {
    server = TestEndpoint.start("limits." + pool + ".in-flight-messages", "10");
    server.intake.hold();
    try (var noisy = RawClient.connected(server, MQTT_5);
        var quiet = RawClient.connected(server, ConnectPacket.of(MQTT_5).device("quiet"))) {
      publish(noisy, 1, 1, 100);
      server.awaitPaused(1);
      await().until(() -> offered(TestEndpoint.TELEMETRY) == 10);
      for (int i = 1; i <= 4; i++) {
        quiet.publish(QUIET, 1, i, "{}");
      }
      await().until(() -> offered(QUIET) == 4);
      quiet.ping().expect("D0 00");
      assertEquals(1, server.gauge("muster.endpoint.paused"));
      await().until(() -> reached(pool + "-in-flight", "slowed") == 1);
      server.intake.letGo();
      await().until(() -> offered(TestEndpoint.TELEMETRY) == 100);
    }
  }

  private static String subAck(ProtocolVersion version, int identifier, String five, String three) {
    return version == MQTT_5
        ? "90 04 %04X 00 %s".formatted(identifier, five)
        : "90 03 %04X %s".formatted(identifier, three);
  }

  @ParameterizedTest
  @EnumSource
  void refusesASubscriptionThatIsOneTooMany(ProtocolVersion version) {
    server = TestEndpoint.start("limits.device.subscriptions", "1");
    var second = ConnectPacket.of(version).client("acme:boiler:2");
    try (var one = RawClient.connected(server, version);
        var two = RawClient.connected(server, second)) {
      one.subscribe(1, "shadow/acme/boiler/#", 1).expect(subAck(version, 1, "01", "01"));
      two.subscribe(1, "command/acme/boiler/req/#", 1).expect(subAck(version, 1, "97", "80"));
      await().until(() -> reached("device-subscriptions", "refused") == 1);
      one.subscribe(2, "shadow/acme/boiler/#", 0).expect(subAck(version, 2, "00", "00"));
      one.unsubscribe(3, "shadow/acme/boiler/#").hear();
      two.subscribe(2, "command/acme/boiler/req/#", 1).expect(subAck(version, 2, "01", "01"));
    }
  }

  @Test
  void aSubscriptionIsFreeAgainWhenItsConnectionHasEnded() {
    server = TestEndpoint.start("limits.total.subscriptions", "1");
    try (var one = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
      one.subscribe(1, "shadow/acme/boiler/#", 1).expect("90 04 0001 00 01");
      one.disconnect();
    }
    try (var two = RawClient.connected(server, ConnectPacket.of(MQTT_5).device("quiet"))) {
      two.subscribe(1, "shadow/acme/quiet/#", 1).expect("90 04 0001 00 01");
      // What a session kept is taken up all the same.
      try (var again = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
        again.ping().expect("D0 00");
        server.deliver("shadow/acme/boiler/update/delta", "{}", 0);
        assertEquals(0x30, again.hear().first());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"MQTT_5, 97", "MQTT_3_1_1, 03"})
  void aTenantHasNoMoreConnectionsThanItMay(ProtocolVersion version, String code) {
    server = TestEndpoint.start("limits.tenant.connections", "1");
    try (var first = RawClient.connected(server, MQTT_5)) {
      try (var second = RawClient.knock(server, ConnectPacket.of(version).device("quiet"))) {
        var connAck = second.expectConnAck(ReasonCode.QUOTA_EXCEEDED);
        assertEquals(Integer.parseInt(code, 16), connAck.body()[1] & 0xFF);
      }
      server.awaitCount(1, "muster.endpoint.connects", "outcome", "tenant-connections");
      // Who takes over its own connection takes its place.
      RawClient.connected(server, MQTT_5).disconnect();
      first.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
    }
    RawClient.connected(server, ConnectPacket.of(version).device("quiet")).close();
  }

  /** As when two clients with one identifier take over from each other without end. */
  @ParameterizedTest
  @CsvSource({"MQTT_5, 9F", "MQTT_3_1_1, 03"})
  void aDeviceConnectsNoMoreOftenThanItMay(ProtocolVersion version, String code) {
    server = TestEndpoint.start("limits.device.connects-per-second", "1");
    var begin = System.nanoTime();
    for (int i = 0; i < BURST; i++) {
      RawClient.connected(server, ConnectPacket.of(version)).close();
    }
    // For each second that the machine took for these one more is let in.
    var more = new AtomicInteger();
    await()
        .until(
            () -> {
              more.incrementAndGet();
              return answersWith(Integer.parseInt(code, 16), version);
            });
    var seconds = (System.nanoTime() - begin) / 1_000_000_000;
    assertTrue(more.get() <= 2 + seconds, more + " more within " + seconds + " s");
    server.awaitCount(1, "muster.endpoint.connects", "outcome", "device-connects");
    RawClient.connected(server, ConnectPacket.of(version).device("quiet")).close();
    await().until(() -> answersWith(0, version));
  }

  private boolean answersWith(int code, ProtocolVersion version) {
    try (var client = RawClient.knock(server, ConnectPacket.of(version))) {
      return (client.hear().body()[1] & 0xFF) == code;
    }
  }

  /** Strangers take no place of a tenant's. */
  @Test
  void whoIsRefusedTakesNoPlaceOfItsTenant() {
    server = TestEndpoint.start("limits.tenant.connections", "1");
    Stream.of("a", "b", "c")
        .forEach(
            device -> {
              var wrong = ConnectPacket.of(MQTT_5).device(device).password("wrong");
              try (var stranger = RawClient.knock(server, wrong)) {
                stranger.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
              }
            });
    RawClient.connected(server, MQTT_5).close();
  }
}
