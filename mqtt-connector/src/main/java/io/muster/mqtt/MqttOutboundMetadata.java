package io.muster.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The properties of a message to send (MQTT 5 §3.3), added to its metadata. What is empty comes
 * from the channel's attributes, or is not sent.
 *
 * @param topic the topic name, instead of the attribute {@code topic}
 * @param qos instead of the attribute {@code qos}
 * @param retain instead of the attribute {@code retain}
 * @param messageExpiry for how long it is of use, in whole seconds: what waits for the broker
 *     longer than that is nacked with {@link MessageExpiredException}, what waits for less has the
 *     rest left
 * @param payloadFormat whether the payload is text in UTF-8
 * @param contentType what the payload is, a media type by custom
 * @param responseTopic where an answer is awaited
 * @param correlationData what an answer has to carry, read-only
 * @param userProperties in their order, immutable; {@code traceparent} and {@code tracestate} are
 *     replaced when tracing is on
 */
public record MqttOutboundMetadata(
    Optional<String> topic,
    Optional<MqttQos> qos,
    Optional<Boolean> retain,
    Optional<Duration> messageExpiry,
    Optional<Mqtt5PayloadFormatIndicator> payloadFormat,
    Optional<String> contentType,
    Optional<String> responseTopic,
    Optional<ByteBuffer> correlationData,
    List<UserProperty> userProperties) {

  static final MqttOutboundMetadata NONE = builder().build();

  public MqttOutboundMetadata {
    correlationData = correlationData.map(ByteBuffer::asReadOnlyBuffer);
    userProperties = List.copyOf(userProperties);
  }

  /** A read-only view of the correlation data of its own position. */
  @Override
  public Optional<ByteBuffer> correlationData() {
    return correlationData.map(ByteBuffer::duplicate);
  }

  /** Begins with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Begins an answer to a request: its response topic becomes the topic, and the correlation data
   * is carried over (MQTT 5 §4.10).
   *
   * @throws IllegalArgumentException when the request has no response topic
   */
  public static Builder answering(MqttInboundMetadata request) {
    var topic =
        request
            .responseTopic()
            .orElseThrow(() -> new IllegalArgumentException("the request has no response topic"));
    return builder().topic(topic).correlationData(request.correlationData().orElse(null));
  }

  /** Not thread-safe. */
  public static final class Builder {
    private Optional<String> topic = Optional.empty();
    private Optional<MqttQos> qos = Optional.empty();
    private Optional<Boolean> retain = Optional.empty();
    private Optional<Duration> messageExpiry = Optional.empty();
    private Optional<Mqtt5PayloadFormatIndicator> payloadFormat = Optional.empty();
    private Optional<String> contentType = Optional.empty();
    private Optional<String> responseTopic = Optional.empty();
    private Optional<ByteBuffer> correlationData = Optional.empty();
    private final List<UserProperty> userProperties = new ArrayList<>();

    private Builder() {}

    public Builder topic(String value) {
      topic = Optional.ofNullable(value);
      return this;
    }

    public Builder qos(MqttQos value) {
      qos = Optional.ofNullable(value);
      return this;
    }

    public Builder retain(boolean value) {
      retain = Optional.of(value);
      return this;
    }

    public Builder messageExpiry(Duration value) {
      messageExpiry = Optional.ofNullable(value);
      return this;
    }

    public Builder payloadFormat(Mqtt5PayloadFormatIndicator value) {
      payloadFormat = Optional.ofNullable(value);
      return this;
    }

    public Builder contentType(String value) {
      contentType = Optional.ofNullable(value);
      return this;
    }

    public Builder responseTopic(String value) {
      responseTopic = Optional.ofNullable(value);
      return this;
    }

    public Builder correlationData(ByteBuffer value) {
      correlationData = Optional.ofNullable(value);
      return this;
    }

    public Builder userProperty(String name, String value) {
      userProperties.add(new UserProperty(name, value));
      return this;
    }

    public MqttOutboundMetadata build() {
      return new MqttOutboundMetadata(
          topic,
          qos,
          retain,
          messageExpiry,
          payloadFormat,
          contentType,
          responseTopic,
          correlationData,
          userProperties);
    }
  }
}
