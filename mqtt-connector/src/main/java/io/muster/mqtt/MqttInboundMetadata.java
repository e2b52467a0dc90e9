package io.muster.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The properties of a received message (MQTT 5 §3.3), in the message's metadata.
 *
 * @param channel the channel it came through
 * @param topic the topic name it was published to
 * @param qos the quality of service of its delivery
 * @param retained whether it was stored at the broker before the subscription
 * @param attempt 1 at the first delivery in this process, one more at each retry after a nack; a
 *     redelivery by the broker begins at 1 again
 * @param messageExpiry the life time that was left when the broker sent it
 * @param payloadFormat whether the payload is text in UTF-8
 * @param contentType as its publisher described the payload
 * @param responseTopic where its publisher awaits an answer
 * @param correlationData what an answer has to carry, read-only
 * @param userProperties in their order, immutable
 */
public record MqttInboundMetadata(
    String channel,
    String topic,
    MqttQos qos,
    boolean retained,
    int attempt,
    Optional<Duration> messageExpiry,
    Optional<Mqtt5PayloadFormatIndicator> payloadFormat,
    Optional<String> contentType,
    Optional<String> responseTopic,
    Optional<ByteBuffer> correlationData,
    List<UserProperty> userProperties) {

  public MqttInboundMetadata {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(topic, "topic");
    Objects.requireNonNull(qos, "qos");
    correlationData = correlationData.map(ByteBuffer::asReadOnlyBuffer);
    userProperties = List.copyOf(userProperties);
  }

  /** The value of the first user property of that name. */
  public Optional<String> userProperty(String name) {
    return userProperties.stream()
        .filter(property -> property.name().equals(name))
        .map(UserProperty::value)
        .findFirst();
  }

  /** A read-only view of the correlation data of its own position. */
  @Override
  public Optional<ByteBuffer> correlationData() {
    return correlationData.map(ByteBuffer::duplicate);
  }

  /** Begins the metadata of a message, as a test of a consumer needs it. */
  public static Builder builder(String channel, String topic) {
    return new Builder(channel, topic);
  }

  /** Not thread-safe. */
  public static final class Builder {
    private final String channel;
    private final String topic;
    private MqttQos qos = MqttQos.AT_LEAST_ONCE;
    private boolean retained;
    private int attempt = 1;
    private Optional<Duration> messageExpiry = Optional.empty();
    private Optional<Mqtt5PayloadFormatIndicator> payloadFormat = Optional.empty();
    private Optional<String> contentType = Optional.empty();
    private Optional<String> responseTopic = Optional.empty();
    private Optional<ByteBuffer> correlationData = Optional.empty();
    private final List<UserProperty> userProperties = new ArrayList<>();

    private Builder(String channel, String topic) {
      this.channel = channel;
      this.topic = topic;
    }

    public Builder qos(MqttQos value) {
      qos = value;
      return this;
    }

    public Builder retained(boolean value) {
      retained = value;
      return this;
    }

    public Builder attempt(int value) {
      attempt = value;
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

    public MqttInboundMetadata build() {
      return new MqttInboundMetadata(
          channel,
          topic,
          qos,
          retained,
          attempt,
          messageExpiry,
          payloadFormat,
          contentType,
          responseTopic,
          correlationData,
          userProperties);
    }
  }
}
