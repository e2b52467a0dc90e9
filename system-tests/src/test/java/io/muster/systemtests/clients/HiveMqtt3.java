package io.muster.systemtests.clients;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient.Mqtt3Publishes;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import io.muster.systemtests.clients.Login.Scheme;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** {@code com.hivemq:hivemq-mqtt-client} at MQTT 3.1.1. */
final class HiveMqtt3 implements RealClient {
  private Mqtt3BlockingClient client;
  private Mqtt3Publishes messages;

  @Override
  public boolean connect(Login login) throws Exception {
    var device = login.device();
    var builder =
        MqttClient.builder()
            .useMqttVersion3()
            .serverHost("localhost")
            .serverPort(login.port())
            .identifier(device.clientIdentifier());
    if (login.certificate().isEmpty()) {
      builder
          .simpleAuth()
          .username(device.userName())
          .password(device.password().getBytes(StandardCharsets.UTF_8))
          .applySimpleAuth();
    }
    if (login.scheme() == Scheme.TLS) {
      var trust = Trust.of(login.authority().orElseThrow());
      var tls = MqttClientSslConfig.builder().trustManagerFactory(trust);
      if (login.certificate().isPresent()) {
        tls.keyManagerFactory(login.certificate().get().keys());
      }
      builder.sslConfig(tls.build());
    }
    client = builder.buildBlocking();
    messages = client.publishes(MqttGlobalPublishFilter.ALL);
    var connect = client.connectWith().cleanSession(!login.kept());
    login
        .will()
        .ifPresent(
            payload ->
                connect
                    .willPublish()
                    .topic(login.presence())
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(payload.getBytes(StandardCharsets.UTF_8))
                    .applyWillPublish());
    return connect.send().isSessionPresent();
  }

  @Override
  public void publish(String topicName, String payload, int qos) {
    client
        .publishWith()
        .topic(topicName)
        .qos(MqttQos.fromCode(qos))
        .payload(payload.getBytes(StandardCharsets.UTF_8))
        .send();
  }

  @Override
  public int subscribe(String topicFilter, int qos) {
    var answer = client.subscribeWith().topicFilter(topicFilter).qos(MqttQos.fromCode(qos)).send();
    return answer.getReturnCodes().getFirst().getCode();
  }

  @Override
  public Optional<Received> receive(Duration patience) throws InterruptedException {
    return messages.receive(patience.toMillis(), TimeUnit.MILLISECONDS).map(HiveMqtt3::received);
  }

  private static Received received(Mqtt3Publish message) {
    return new Received(
        message.getTopic().toString(),
        new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8),
        message.getQos().getCode());
  }

  @Override
  public void close() {
    if (messages != null) {
      messages.close();
    }
    if (client == null || !client.getState().isConnected()) {
      return;
    }
    try {
      client.disconnect();
    } catch (ConnectionClosedException | MqttClientStateException gone) {
      // The test cut the connection, which the client noticed while it said goodbye.
    }
  }
}
