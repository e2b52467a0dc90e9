package io.muster.ingest.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients that were written for AWS IoT publish. */
class AwsClientsTest {
  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void aRequestIsTakenAtEachQos(ProtocolVersion version) {
    try (var client = RawClient.connected(server, version)) {
      var topic = "$aws/things/acme:boiler/jobs/$next/get";
      client.publish(topic, 0, 0, "{}").ping().expect("D0 00");
      client.publish(topic, 1, 1, "{}").expect("40 02 0001");
      client.publish(topic, 2, 2, "{}").expect("50 02 0002");
      var offered = server.intake.offered.stream().map(it -> it.publication()).toList();
      assertEquals(
          List.of("aws/acme/boiler/jobs/$next/get"),
          offered.stream().map(it -> it.topic().name()).distinct().toList());
      assertEquals(List.of(0, 1, 2), offered.stream().map(it -> it.qos()).toList());
      assertTrue(server.intake.letters.isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$aws/things/acme:other/jobs/get",
        "$aws/things/globex:boiler/jobs/get",
        "$aws/things/acme:boiler/jobs/notify",
        "$aws/things/acme:boiler/jobs/get/accepted",
        "$aws/things/acme:boiler/jobs/1/update/accepted",
        "aws/acme/boiler/jobs/get"
      })
  void nothingElseIs(String topic) {
    try (var client = RawClient.connected(server, ProtocolVersion.MQTT_5)) {
      client.publish(topic, 0, 0, "{}").ping().expect("D0 00");
      client.publish(topic, 1, 1, "{}").expect("40 03 0001 87");
      assertTrue(server.intake.offered.isEmpty());
      assertEquals(2, server.intake.letters.size());
    }
  }
}
