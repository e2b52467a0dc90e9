package io.muster.systemtests.stack;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A service at the broker, played by the test: an account of its own ordinal, far above real ones.
 */
public final class ServiceAccount {
  private static final long SESSION_SECONDS = 3_600;

  private final Mqtt5BlockingClient client;

  /**
   * @param name such as {@code command}
   * @param ordinal so high that no real instance leases it
   */
  public ServiceAccount(RunningStack stack, String name, int ordinal) {
    this.client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(stack.brokerPort())
            .identifier("service:%s:%d".formatted(name, ordinal))
            .simpleAuth()
            .username("service:" + name)
            .password(stack.tokens().service(name).getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .buildBlocking();
  }

  /** Publishes one message at QoS 1 and waits for the PUBACK. */
  public void publish(String topicName, String payload) {
    publish(topicName, payload, MqttQos.AT_LEAST_ONCE.getCode());
  }

  /** Publishes one message and waits for what its QoS promises. */
  public void publish(String topicName, String payload, int qos) {
    client.connect();
    try {
      client
          .publishWith()
          .topic(topicName)
          .qos(MqttQos.fromCode(qos))
          .payload(payload.getBytes(StandardCharsets.UTF_8))
          .send();
    } finally {
      client.disconnect();
    }
  }

  /** Makes a session that keeps what comes for the filter while nobody is connected. */
  public void subscribeAndLeave(String topicFilter) {
    connect();
    client.subscribeWith().topicFilter(topicFilter).qos(MqttQos.AT_LEAST_ONCE).send();
    client.disconnect();
  }

  /** Takes the session up and reads until as many have come as are wanted, or time is over. */
  public List<Mqtt5Publish> collect(Predicate<Mqtt5Publish> wanted, int count, Duration patience) {
    var collected = new ArrayList<Mqtt5Publish>();
    var deadline = System.nanoTime() + patience.toNanos();
    try (var publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
      connect();
      while (collected.size() < count && System.nanoTime() < deadline) {
        var left = Math.max(1, deadline - System.nanoTime());
        publishes.receive(left, TimeUnit.NANOSECONDS).filter(wanted).ifPresent(collected::add);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      if (client.getState().isConnected()) {
        client.disconnect();
      }
    }
    return collected;
  }

  private void connect() {
    client.connectWith().cleanStart(false).sessionExpiryInterval(SESSION_SECONDS).send();
  }
}
