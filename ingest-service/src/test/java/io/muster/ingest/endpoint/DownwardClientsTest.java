package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What services say, to real clients. */
class DownwardClientsTest {
  private static final int MESSAGES = 50;
  private static final String ALL = "command/acme/boiler/req/#";

  private final List<String> heard = new CopyOnWriteArrayList<>();
  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void deliverAll(int qos) {
    for (int i = 0; i < MESSAGES; i++) {
      server.deliver("command/acme/boiler/req/" + i + "/on", "" + i, qos);
    }
    var all = IntStream.range(0, MESSAGES).mapToObj(Integer::toString).toList();
    await().untilAsserted(() -> assertEquals(all, heard));
    var receipts = qos == 0 ? 0 : MESSAGES;
    await().until(() -> server.intake.announced("delivered").size() == receipts);
    await().until(() -> server.sessions.outgoing.of(1).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "2, false", "2, true"})
  void hiveMqsClientHearsEachOnce(int qos, boolean kept) {
    var client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(server.port())
            .identifier(TestEndpoint.CLIENT)
            .simpleAuth()
            .username(TestEndpoint.USER)
            .password(FakeAccess.SECRET.getBytes(UTF_8))
            .applySimpleAuth()
            .buildBlocking();
    client.connectWith().cleanStart(!kept).sessionExpiryInterval(kept ? 60 : 0).send();
    client
        .toAsync()
        .subscribeWith()
        .topicFilter(ALL)
        .qos(MqttQos.fromCode(qos))
        .callback(message -> heard.add(new String(message.getPayloadAsBytes(), UTF_8)))
        .send()
        .join();
    deliverAll(qos);
    client.disconnect();
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "2, false", "2, true"})
  void pahosMqtt3ClientHearsEachOnce(int qos, boolean kept) throws Exception {
    var client =
        new org.eclipse.paho.client.mqttv3.MqttClient(
            "tcp://127.0.0.1:" + server.port(), TestEndpoint.CLIENT, new MemoryPersistence());
    var options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setUserName(TestEndpoint.USER);
    options.setPassword(FakeAccess.SECRET.toCharArray());
    options.setCleanSession(!kept);
    client.connect(options);
    client.subscribe(
        ALL, qos, (topic, message) -> heard.add(new String(message.getPayload(), UTF_8)));
    deliverAll(qos);
    client.disconnect();
    client.close();
  }
}
