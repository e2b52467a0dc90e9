package io.muster.broker;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jose4j.lang.JoseException;

/** Clients as services make them. */
final class Services {
  private static final long SESSION_EXPIRY_SECONDS = Duration.ofHours(24).toSeconds();

  private Services() {}

  static Mqtt5BlockingClient client(int port, TestIssuer issuer, String service, int ordinal)
      throws JoseException {
    return client(
        port,
        "service:" + service,
        "service:%s:%d".formatted(service, ordinal),
        issuer.token(service));
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

  /**
   * Reads what waited for the client; payloads count from 0.
   *
   * @return how many came, in order
   */
  static int receiveInOrder(Mqtt5BlockingClient client, int expected) throws InterruptedException {
    int next = 0;
    try (var publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
      connectPersistent(client);
      while (next < expected) {
        var publish = publishes.receive(10, TimeUnit.SECONDS);
        if (publish.isEmpty()) {
          return next;
        }
        var number =
            Integer.parseInt(new String(publish.get().getPayloadAsBytes(), StandardCharsets.UTF_8));
        if (number != next) {
          throw new AssertionError("expected message %d, got %d".formatted(next, number));
        }
        next++;
      }
    }
    return next;
  }
}
