package io.muster.ingest.relay;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.contract.id.ServiceName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Another service at the real broker. */
final class ServiceClient implements AutoCloseable {
  private final List<Mqtt5Publish> received = new CopyOnWriteArrayList<>();
  private final Mqtt5BlockingClient client;

  ServiceClient(int port, ServiceName service, String token) {
    client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(service.clientIdentifier(7))
            .serverHost("127.0.0.1")
            .serverPort(port)
            .buildBlocking();
    client.toAsync().publishes(MqttGlobalPublishFilter.ALL, received::add);
    client
        .connectWith()
        .simpleAuth()
        .username(service.userName())
        .password(token.getBytes(StandardCharsets.UTF_8))
        .applySimpleAuth()
        .send();
  }

  ServiceClient subscribe(String topicFilter) {
    client.subscribeWith().topicFilter(topicFilter).qos(MqttQos.AT_LEAST_ONCE).send();
    return this;
  }

  void publish(String topic, String payload) {
    client
        .publishWith()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(payload.getBytes(StandardCharsets.UTF_8))
        .send();
  }

  List<Mqtt5Publish> received() {
    return List.copyOf(received);
  }

  List<String> payloads() {
    return received.stream()
        .map(publish -> new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8))
        .toList();
  }

  static String property(Mqtt5Publish publish, String name) {
    return publish.getUserProperties().asList().stream()
        .filter(property -> property.getName().toString().equals(name))
        .map(property -> property.getValue().toString())
        .findFirst()
        .orElse(null);
  }

  @Override
  public void close() {
    client.disconnect();
  }
}
