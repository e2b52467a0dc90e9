package io.muster.systemtests.devices;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** MQTT 5 with HiveMQ's client. */
public final class Mqtt5Link implements Link {
  private static final long PATIENCE_SECONDS = 60;

  private final Mqtt5AsyncClient client;

  private Mqtt5Link(Mqtt5AsyncClient client) {
    this.client = client;
  }

  /** Connects the device to the endpoint at the port. */
  public static Connector of(TestDevice device, int port) {
    return () -> connect(device.mqtt5(port).toAsync(), Mqtt5Connect.builder().build());
  }

  /**
   * Connects a client of a test's making.
   *
   * @throws RuntimeException when the endpoint is away or refuses
   */
  public static Link connect(Mqtt5AsyncClient client, Mqtt5Connect connect) {
    client.connect(connect).orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    return new Mqtt5Link(client);
  }

  @Override
  public CompletableFuture<Void> publish(String topicName, byte[] payload) {
    return client
        .publishWith()
        .topic(topicName)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(payload)
        .send()
        .thenAccept(result -> result.getError().ifPresent(Mqtt5Link::rethrow));
  }

  private static void rethrow(Throwable error) {
    throw new IllegalStateException(error.getMessage(), error);
  }

  @Override
  public boolean isConnected() {
    return client.getState().isConnected();
  }

  @Override
  public void close() {
    client
        .disconnect()
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .exceptionally(gone -> null)
        .join();
  }
}
