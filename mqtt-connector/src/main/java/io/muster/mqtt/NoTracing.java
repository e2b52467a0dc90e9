package io.muster.mqtt;

import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;

/** Neither reads nor writes trace context. */
final class NoTracing implements Tracing {
  @Override
  public Metadata received(Metadata metadata, MqttInboundMetadata message) {
    return metadata;
  }

  @Override
  public List<UserProperty> sending(
      Message<?> message, String topic, List<UserProperty> userProperties) {
    return userProperties;
  }
}
