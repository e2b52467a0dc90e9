package io.muster.firmware.outbox;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.MqttEncodeException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.mqtt.MqttOutboundMetadata;
import io.muster.outbox.RefusedMessageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * Takes one message to the broker. The channel keeps it across reconnections, so one that is asked
 * for again while it is still on its way is not sent a second time. Thread-safe.
 */
@ApplicationScoped
class BrokerChannel {
  /** It would be refused again (MQTT 5 §3.4.2.1). */
  private static final Set<Mqtt5PubAckReasonCode> FINAL =
      Set.of(
          Mqtt5PubAckReasonCode.NOT_AUTHORIZED,
          Mqtt5PubAckReasonCode.TOPIC_NAME_INVALID,
          Mqtt5PubAckReasonCode.PAYLOAD_FORMAT_INVALID);

  /** As many as the outbox may have on their way, at least. */
  private static final int BUFFERED = 1_024;

  private final MutinyEmitter<byte[]> emitter;
  private final Clock clock;
  private final ConcurrentMap<UUID, Uni<Void>> underWay = new ConcurrentHashMap<>();

  BrokerChannel(
      @Channel("firmware") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = BUFFERED)
          MutinyEmitter<byte[]> emitter,
      Clock clock) {
    this.emitter = emitter;
    this.clock = clock;
  }

  /**
   * Completes when the broker has it; fails with {@link RefusedMessageException} when it never will
   * have it.
   */
  Uni<Void> publish(OutboxEvent event) {
    return underWay.computeIfAbsent(
        event.id(),
        id ->
            Uni.createFrom()
                .deferred(() -> emitter.sendMessage(message(event)))
                .onFailure(BrokerChannel::isFinal)
                .transform(refused -> new RefusedMessageException(refused.getMessage()))
                .onTermination()
                .invoke(() -> underWay.remove(id))
                .memoize()
                .indefinitely());
  }

  private Message<byte[]> message(OutboxEvent event) {
    var properties =
        MqttOutboundMetadata.builder()
            .topic(event.topic())
            .qos(MqttQos.fromCode(event.qos()))
            .contentType(event.contentType())
            .messageExpiry(left(event));
    event.userProperties().forEach(properties::userProperty);
    properties.userProperty(DeliveredEvent.MESSAGE_ID, event.id().toString());
    return Message.of(event.payload()).addMetadata(properties.build());
  }

  /** In whole seconds, rounded up; null for ever. */
  private Duration left(OutboxEvent event) {
    if (event.expiresAt() == null) {
      return null;
    }
    var left = Duration.between(clock.instant(), event.expiresAt());
    return Duration.ofSeconds(Math.max(1, left.plusNanos(999_999_999).toSeconds()));
  }

  private static boolean isFinal(Throwable failure) {
    return switch (failure) {
      case MqttEncodeException _ -> true;
      case Mqtt5PubAckException refused -> FINAL.contains(refused.getMqttMessage().getReasonCode());
      default -> false;
    };
  }
}
