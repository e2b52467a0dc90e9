package io.muster.mqtt;

import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Makes a PUBLISH of a message, of its metadata and of the channel's attributes. */
final class PublishFactory {
  private static final String JSON = "application/json";

  private final OutboundSettings settings;
  private final Tracing tracing;

  PublishFactory(OutboundSettings settings, Tracing tracing) {
    this.settings = settings;
    this.tracing = tracing;
  }

  /** A payload as bytes, with the content type that goes without saying; null when none does. */
  private record Encoded(byte[] bytes, String contentType) {}

  /**
   * @throws RuntimeException when the payload or a property cannot be sent
   */
  Mqtt5Publish publish(Message<?> message) {
    var metadata =
        message.getMetadata(MqttOutboundMetadata.class).orElse(MqttOutboundMetadata.NONE);
    var encoded = encode(message.getPayload());
    var topic = metadata.topic().orElse(settings.topic());
    var publish =
        Mqtt5Publish.builder()
            .topic(topic)
            .payload(encoded.bytes())
            .qos(metadata.qos().orElse(settings.qos()))
            .retain(metadata.retain().orElse(settings.retain()))
            .payloadFormatIndicator(metadata.payloadFormat().orElse(null))
            .contentType(metadata.contentType().orElse(encoded.contentType()))
            .responseTopic(metadata.responseTopic().orElse(null))
            .correlationData(metadata.correlationData().orElse(null))
            .userProperties(properties(tracing.sending(message, topic, metadata.userProperties())));
    metadata.messageExpiry().ifPresent(expiry -> publish.messageExpiryInterval(expiry.toSeconds()));
    return publish.build();
  }

  private static Encoded encode(Object payload) {
    return switch (payload) {
      case null -> new Encoded(new byte[0], null);
      case byte[] bytes -> new Encoded(bytes, null);
      case CharSequence text -> new Encoded(text.toString().getBytes(StandardCharsets.UTF_8), null);
      case Buffer buffer -> new Encoded(buffer.getBytes(), null);
      case io.vertx.mutiny.core.buffer.Buffer buffer -> new Encoded(buffer.getBytes(), null);
      case ByteBuffer buffer -> new Encoded(bytes(buffer), null);
      default -> new Encoded(Json.encodeToBuffer(payload).getBytes(), JSON);
    };
  }

  private static byte[] bytes(ByteBuffer buffer) {
    var bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static Mqtt5UserProperties properties(List<UserProperty> userProperties) {
    var properties = Mqtt5UserProperties.builder();
    userProperties.forEach(property -> properties.add(property.name(), property.value()));
    return properties.build();
  }
}
