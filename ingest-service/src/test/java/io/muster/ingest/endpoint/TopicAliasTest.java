package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.endpoint.packets.ReasonCode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Topic aliases of clients (MQTT 5 §3.3.2.3.4). */
class TopicAliasTest {
  private static final String EVENT = "event/acme/boiler";

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start("up.topic-aliases", "2");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private List<String> offered() {
    return server.intake.offered.stream().map(it -> it.publication().topic().name()).toList();
  }

  @Test
  void knowsATopicNameByItsAlias() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(TestEndpoint.TELEMETRY, 1, 1, "{}", "23 0001");
      client.publish(EVENT, 1, 2, "{}", "23 0002");
      client.publish("", 1, 3, "{}", "23 0001").publish("", 1, 4, "{}", "23 0002");
      await().until(() -> server.intake.offered.size() == 4);
      assertEquals(
          List.of(TestEndpoint.TELEMETRY, EVENT, TestEndpoint.TELEMETRY, EVENT), offered());
    }
  }

  @Test
  void letsAnAliasStandForAnotherTopicName() {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(TestEndpoint.TELEMETRY, 1, 1, "{}", "23 0001");
      client.publish(EVENT, 1, 2, "{}", "23 0001").publish("", 1, 3, "{}", "23 0001");
      await().until(() -> server.intake.offered.size() == 3);
      assertEquals(List.of(TestEndpoint.TELEMETRY, EVENT, EVENT), offered());
    }
  }

  @Test
  void forgetsAliasesWithTheConnection() {
    try (var client = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
      client.publish(TestEndpoint.TELEMETRY, 1, 1, "{}", "23 0001").expect("40 02 0001");
    }
    try (var again = RawClient.connected(server, ConnectPacket.of(MQTT_5).persistent())) {
      again.publish("", 1, 1, "{}", "23 0001").expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "alias 0,            telemetry/acme/boiler, 23 0000, TOPIC_ALIAS_INVALID",
    "alias 3 of 2,       telemetry/acme/boiler, 23 0003, TOPIC_ALIAS_INVALID",
    "greatest alias,     '',                    23 FFFF, TOPIC_ALIAS_INVALID",
    "alias not set,      '',                    23 0002, PROTOCOL_ERROR",
    "neither,            '',                    '',      PROTOCOL_ERROR",
  })
  void endsAClientWithAnAliasThatIsNone(
      String what, String topic, String properties, ReasonCode reason) {
    try (var client = RawClient.connected(server, MQTT_5)) {
      client.publish(topic, 1, 1, "{}", properties).expectDisconnect(reason);
      assertEquals(0, server.intake.offered.size(), what);
    }
  }

  @Test
  void takesAsManyAsThereMayBeOfTheLongestTopicNamesOfDevices() {
    server.close();
    server = TestEndpoint.start();
    var thing = "t".repeat(40) + ":" + "d".repeat(80);
    var longest = "$aws/things/" + thing + "/shadow/name/" + "n".repeat(64) + "/update";
    try (var client = RawClient.connected(server, MQTT_5)) {
      for (int alias = 1; alias <= 16; alias++) {
        var topic = longest.substring(0, longest.length() - 2) + (alias + 10);
        client.publish(topic, 0, 0, "{}", "23 00%02X".formatted(alias));
      }
      client.publish(TestEndpoint.TELEMETRY, 1, 1, "{}").expect("40 02 0001");
    }
  }

  @Test
  void endsAClientWhoseAliasesTakeMoreThanTheyMay() {
    server.close();
    server = TestEndpoint.start();
    try (var client = RawClient.connected(server, MQTT_5)) {
      for (int alias = 1; alias <= 4; alias++) {
        client.publish(alias + "t".repeat(999), 0, 0, "{}", "23 000" + alias);
      }
      // As long as it stands for another one it takes no more.
      client.publish("1" + "u".repeat(999), 0, 0, "{}", "23 0001");
      client.publish(TestEndpoint.TELEMETRY, 1, 1, "{}").expect("40 02 0001");
      client
          .publish("5" + "t".repeat(999), 0, 0, "{}", "23 0005")
          .expectDisconnect(ReasonCode.QUOTA_EXCEEDED);
    }
    await().until(() -> server.gauge("muster.endpoint.memory.bytes") == 0);
  }

  @Test
  void endsAnMqtt3ClientWithoutATopicName() {
    try (var client = RawClient.connected(server, MQTT_3_1_1)) {
      client.publish("", 1, 1, "{}").expectEnd();
    }
  }
}
