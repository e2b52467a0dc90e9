package io.muster.mqtt;

import com.hivemq.client.mqtt.mqtt5.Mqtt5RxClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.concurrent.RejectedExecutionException;

/**
 * One connection, with a client object of its own. The client keeps what it received until it is
 * acknowledged, also across reconnections; with the broker's redelivery after them that would
 * exceed Receive Maximum while the application holds a full window. A fresh client per connection
 * begins empty, as the broker's resent messages do.
 */
final class Connection {
  private final Mqtt5RxClient client;
  private final String clientIdentifier;
  private volatile boolean open = true;

  Connection(Mqtt5RxClient client, String clientIdentifier) {
    this.client = client;
    this.clientIdentifier = clientIdentifier;
  }

  Mqtt5RxClient client() {
    return client;
  }

  String clientIdentifier() {
    return clientIdentifier;
  }

  boolean isOpen() {
    return open;
  }

  void closed() {
    open = false;
  }

  /**
   * Lets the PUBACK (or PUBREC) of a message go, behind those of the messages before it (MQTT 5
   * §4.6; the client keeps the order). Any thread.
   *
   * @return false when the connection is over, so that the broker will deliver the message again
   */
  boolean acknowledge(Mqtt5Publish publish) {
    if (!open) {
      return false;
    }
    try {
      publish.acknowledge();
      return true;
    } catch (RejectedExecutionException over) {
      // The client's event loop ended between the question and the call.
      return false;
    }
  }
}
