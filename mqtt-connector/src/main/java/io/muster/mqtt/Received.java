package io.muster.mqtt;

import org.eclipse.microprofile.reactive.messaging.Message;

/** Tells the connector's messages from others. */
final class Received {
  private Received() {}

  static boolean isIn(Message<?> message) {
    return message.getPayload() instanceof byte[]
        && message.getMetadata(MqttInboundMetadata.class).isPresent();
  }
}
