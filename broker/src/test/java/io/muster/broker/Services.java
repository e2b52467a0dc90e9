package io.muster.broker;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jose4j.lang.JoseException;

/** Clients as services make them. */
final class Services {
  private static final long SESSION_EXPIRY_SECONDS = Duration.ofHours(24).toSeconds();
  private static final int WINDOW = 500;

  private Services() {}

  static Mqtt5BlockingClient client(int port, TestIssuer issuer, String service, int ordinal)
      throws JoseException {
    var clientIdentifier = "service:%s:%d".formatted(service, ordinal);
    return client(port, "service:" + service, clientIdentifier, issuer.token(service));
  }

  static Mqtt5BlockingClient client(
      int port, String user, String clientIdentifier, String password) {
    return MqttClient.builder()
        .useMqttVersion5()
        .serverHost("127.0.0.1")
        .serverPort(port)
        .identifier(clientIdentifier)
        .simpleAuth()
        .username(user)
        .password(password.getBytes(StandardCharsets.UTF_8))
        .applySimpleAuth()
        .buildBlocking();
  }

  /** Takes the session up, or makes one that lasts. */
  static void connectPersistent(Mqtt5BlockingClient client) {
    client.connectWith().cleanStart(false).sessionExpiryInterval(SESSION_EXPIRY_SECONDS).send();
  }

  /** Publishes numbers from 0 at QoS 1 and waits for every PUBACK. */
  static void publishNumbers(Mqtt5BlockingClient client, String topicName, int count) {
    var waiting = new ArrayList<CompletableFuture<Mqtt5PublishResult>>();
    for (int i = 0; i < count; i++) {
      waiting.add(
          client
              .toAsync()
              .publishWith()
              .topic(topicName)
              .qos(MqttQos.AT_LEAST_ONCE)
              .payload(Integer.toString(i).getBytes(StandardCharsets.UTF_8))
              .send());
      if (waiting.size() == WINDOW || i == count - 1) {
        waiting.forEach(publish -> publish.orTimeout(60, TimeUnit.SECONDS).join());
        waiting.clear();
      }
    }
  }

  /**
   * Connects and reads what waited for the client; payloads count from 0.
   *
   * @return how many came, in order
   */
  static int receiveInOrder(Mqtt5BlockingClient client, int expected) throws InterruptedException {
    int next = 0;
    try (var publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
      connectPersistent(client);
      while (next < expected) {
        var publish = publishes.receive(60, TimeUnit.SECONDS);
        if (publish.isEmpty()) {
          return next;
        }
        var text = new String(publish.get().getPayloadAsBytes(), StandardCharsets.UTF_8);
        if (Integer.parseInt(text) != next) {
          throw new AssertionError("expected message %d, got %s".formatted(next, text));
        }
        next++;
      }
    }
    return next;
  }
}
