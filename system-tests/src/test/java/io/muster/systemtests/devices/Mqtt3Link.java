package io.muster.systemtests.devices;

import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** MQTT 3.1.1 with Eclipse Paho. */
public final class Mqtt3Link implements Link {
  private static final long PATIENCE_MILLIS = 60_000;

  private final MqttAsyncClient client;

  private Mqtt3Link(MqttAsyncClient client) {
    this.client = client;
  }

  /** Connects the device to the endpoint at the port. */
  public static Connector of(TestDevice device, int port) {
    return () -> {
      try {
        var client =
            new MqttAsyncClient(
                "tcp://127.0.0.1:" + port, device.clientIdentifier(), new MemoryPersistence());
        client.connect(device.mqtt3Options()).waitForCompletion(PATIENCE_MILLIS);
        return new Mqtt3Link(client);
      } catch (MqttException refused) {
        throw new IllegalStateException(refused.toString(), refused);
      }
    };
  }

  @Override
  public CompletableFuture<Void> publish(String topicName, byte[] payload) {
    var acknowledged = new CompletableFuture<Void>();
    try {
      client.publish(
          topicName,
          payload,
          1,
          false,
          null,
          new IMqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
              acknowledged.complete(null);
            }

            @Override
            public void onFailure(IMqttToken token, Throwable cause) {
              acknowledged.completeExceptionally(cause);
            }
          });
    } catch (MqttException notSent) {
      acknowledged.completeExceptionally(notSent);
    }
    return acknowledged;
  }

  @Override
  public boolean isConnected() {
    return client.isConnected();
  }

  @Override
  public void close() {
    try {
      if (client.isConnected()) {
        client.disconnect().waitForCompletion(PATIENCE_MILLIS);
      }
      client.close(true);
    } catch (MqttException gone) {
      // The connection is what should end, and it has.
    }
  }
}
