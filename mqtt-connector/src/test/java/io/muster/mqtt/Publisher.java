package io.muster.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Another client of the broker, without the connector: publishes what a test consumes. */
final class Publisher implements AutoCloseable {
  private final Mqtt5BlockingClient client;

  Publisher(BrokerExtension.Broker broker) {
    this(broker, "service:probe:1:" + UUID.randomUUID());
  }

  private Publisher(BrokerExtension.Broker broker, String identifier) {
    client =
        Mqtt5Client.builder()
            .identifier(identifier)
            .serverHost("127.0.0.1")
            .serverPort(broker.port())
            .simpleAuth()
            .username("service:probe")
            .password(broker.token().getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .buildBlocking();
    client.connect();
  }

  /** Connects with another client's identifier for a moment, which ends that one's connection. */
  static void takeOver(BrokerExtension.Broker broker, String identifier) {
    new Publisher(broker, identifier).close();
  }

  Mqtt5BlockingClient client() {
    return client;
  }

  Mqtt5PublishResult publish(String topic, String payload) {
    return client.publish(message(topic, payload.getBytes(StandardCharsets.UTF_8)));
  }

  Mqtt5PublishResult publish(String topic, byte[] payload) {
    return client.publish(message(topic, payload));
  }

  /** Publishes the numbers from the first up to but not the last, and waits for all PUBACKs. */
  void publishNumbers(String topic, int first, int last) {
    var acks = new ArrayList<CompletableFuture<?>>();
    for (var number = first; number < last; number++) {
      var payload = Integer.toString(number).getBytes(StandardCharsets.UTF_8);
      acks.add(client.toAsync().publish(message(topic, payload)));
    }
    CompletableFuture.allOf(acks.toArray(CompletableFuture[]::new)).join();
  }

  private static Mqtt5Publish message(String topic, byte[] payload) {
    return Mqtt5Publish.builder().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(payload).build();
  }

  @Override
  public void close() {
    client.disconnect();
  }
}
