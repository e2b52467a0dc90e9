package io.muster.ingest.relay;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DownwardTopic;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import io.muster.mqtt.MqttInboundMetadata;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * What services say to devices comes to every replica, in a session that ends with the connection.
 * The broker is told at once that the message was taken: the service that owns it waits for {@code
 * delivered}, not for the broker, and sends it again. Thread-safe.
 */
@ApplicationScoped
@Startup
class DownwardChannel {
  static final String CHANNEL = "downlink";

  private static final Logger LOG = Logger.getLogger(DownwardChannel.class);
  private static final long NEVER_EXPIRES = -1;

  private final Supplier<Optional<Downlink>> downlink;
  private final Counter handed;
  private final Counter dropped;

  @Inject
  DownwardChannel(Instance<Downlink> downlink, MeterRegistry meters) {
    this(() -> downlink.stream().findFirst(), meters);
  }

  /**
   * @param downlink empty when this instance has no device endpoint
   */
  DownwardChannel(Supplier<Optional<Downlink>> downlink, MeterRegistry meters) {
    this.downlink = downlink;
    this.handed = counter(meters, "handed");
    this.dropped = counter(meters, "dropped");
  }

  private static Counter counter(MeterRegistry meters, String outcome) {
    return Counter.builder("muster.downlink.messages")
        .description("Messages of services to devices, by whether the endpoint could be asked")
        .tag("outcome", outcome)
        .register(meters);
  }

  @Incoming(CHANNEL)
  CompletionStage<Void> heard(Message<byte[]> message) {
    try {
      message.getMetadata(MqttInboundMetadata.class).ifPresent(mqtt -> hand(message, mqtt));
    } catch (RuntimeException failed) {
      dropped.increment();
      LOG.error("A downward message could not be handed to the endpoint", failed);
    }
    return message.ack();
  }

  private void hand(Message<byte[]> message, MqttInboundMetadata mqtt) {
    var topic = DownwardTopic.parse(mqtt.topic());
    // A retained one would come again with each connection, however old.
    var endpoint = downlink.get();
    if (topic.isEmpty() || mqtt.retained() || endpoint.isEmpty()) {
      dropped.increment();
      return;
    }
    endpoint.get().deliver(downward(topic.get(), message.getPayload(), mqtt));
    handed.increment();
  }

  static DownwardMessage downward(DownwardTopic topic, byte[] payload, MqttInboundMetadata mqtt) {
    return new DownwardMessage(
        topic,
        payload,
        mqtt.qos().getCode(),
        mqtt.contentType().orElse(null),
        mqtt.responseTopic().orElse(null),
        mqtt.correlationData().map(DownwardChannel::bytes).orElse(null),
        userProperties(mqtt),
        mqtt.messageExpiry().map(Duration::toSeconds).orElse(NEVER_EXPIRES),
        mqtt.payloadFormat().map(Mqtt5PayloadFormatIndicator::getCode).orElse(null));
  }

  private static byte[] bytes(ByteBuffer data) {
    var bytes = new byte[data.remaining()];
    data.get(bytes);
    return bytes;
  }

  private static UserProperties userProperties(MqttInboundMetadata mqtt) {
    var properties = UserProperties.builder();
    mqtt.userProperties().forEach(property -> properties.add(property.name(), property.value()));
    return properties.build();
  }
}
