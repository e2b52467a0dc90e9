package io.muster.systemtests.devices;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import java.util.concurrent.CompletableFuture;

/**
 * A client of a device, and how its connection ended.
 *
 * @param ended completes with the reason code that the endpoint told it, or exceptionally when it
 *     told none
 */
public record Observed(
    Mqtt5BlockingClient client, CompletableFuture<Mqtt5DisconnectReasonCode> ended) {

  /**
   * Connects one.
   *
   * @param more of the client identifier, after that of the device
   */
  public static Observed connect(TestDevice device, String more, int port) {
    var ended = new CompletableFuture<Mqtt5DisconnectReasonCode>();
    var client =
        device
            .mqtt5Builder(port)
            .identifier(device.clientIdentifier() + more)
            .addDisconnectedListener(
                context -> {
                  if (context.getCause() instanceof Mqtt5DisconnectException told) {
                    ended.complete(told.getMqttMessage().getReasonCode());
                  } else {
                    ended.completeExceptionally(context.getCause());
                  }
                })
            .buildBlocking();
    client.connect();
    return new Observed(client, ended);
  }
}
