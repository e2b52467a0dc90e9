package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import io.muster.ingest.endpoint.FakeIntake.Offered;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real clients against the endpoint. */
class MqttClientsTest {
  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Mqtt5BlockingClient hive() {
    return MqttClient.builder()
        .useMqttVersion5()
        .serverHost("127.0.0.1")
        .serverPort(server.port())
        .identifier(TestEndpoint.CLIENT)
        .simpleAuth()
        .username(TestEndpoint.USER)
        .password(FakeAccess.SECRET.getBytes(UTF_8))
        .applySimpleAuth()
        .buildBlocking();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void takesWhatHiveMqsClientPublishes(int qos) {
    var client = hive();
    client.connect();
    for (int i = 0; i < 100; i++) {
      client
          .publishWith()
          .topic(TestEndpoint.TELEMETRY)
          .qos(MqttQos.fromCode(qos))
          .payload(("{\"n\":" + i + "}").getBytes(UTF_8))
          .send();
    }
    await().until(() -> server.intake.offered.size() == 100);
    assertEquals("{\"n\":0}", server.intake.offered.stream().map(Offered::text).findFirst().get());
    client.disconnect();
    await().until(() -> server.intake.announced("session/disconnected").size() == 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void takesWhatPahosMqtt3ClientPublishes(int qos) throws Exception {
    var client =
        new org.eclipse.paho.client.mqttv3.MqttClient(
            "tcp://127.0.0.1:" + server.port(), TestEndpoint.CLIENT, new MemoryPersistence());
    var options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setUserName(TestEndpoint.USER);
    options.setPassword(FakeAccess.SECRET.toCharArray());
    // Paho tells that a publish is done a moment before it counts it as such.
    options.setMaxInflight(100);
    client.connect(options);
    for (int i = 0; i < 100; i++) {
      client.publish(TestEndpoint.TELEMETRY, "{}".getBytes(UTF_8), qos, false);
    }
    await().until(() -> server.intake.offered.size() == 100);
    client.disconnect();
    client.close();
  }

  @Test
  void refusesAWrongSecret() {
    var client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(server.port())
            .identifier(TestEndpoint.CLIENT)
            .simpleAuth()
            .username(TestEndpoint.USER)
            .password("wrong".getBytes(UTF_8))
            .applySimpleAuth()
            .buildBlocking();
    var refused = assertThrows(Mqtt5ConnAckException.class, client::connect);
    assertEquals(
        Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, refused.getMqttMessage().getReasonCode());
    assertTrue(server.intake.announcements.isEmpty());
  }
}
