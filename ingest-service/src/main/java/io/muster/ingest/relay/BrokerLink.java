package io.muster.ingest.relay;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import io.muster.contract.event.OutboxEvent;
import io.muster.mqtt.FinalRefusal;
import io.muster.mqtt.MqttOutboundMetadata;
import io.muster.outbox.RefusedMessageException;
import io.muster.outbox.UnderWay;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.smallrye.reactive.messaging.TracingMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * Takes one event of the outbox to the broker, through the channel {@value #CHANNEL}, once while it
 * is on its way. Thread-safe.
 */
@ApplicationScoped
class BrokerLink {
  static final String CHANNEL = "relay";

  /** User property with the event's id, by which a receiver drops what it has seen. */
  static final String ID_PROPERTY = "muster-id";

  /** User property with the event's place in this service's log. */
  static final String SEQUENCE_PROPERTY = "muster-sequence";

  private static final int BUFFERED = 1_024;

  /** MQTT 5 §3.3.2.3.3. */
  private static final long MAX_EXPIRY_SECONDS = 0xFFFF_FFFFL;

  private final Emitter<byte[]> channel;
  private final RelayTracing tracing;
  private final Clock clock;
  private final UnderWay underWay = new UnderWay();

  BrokerLink(
      @Channel(CHANNEL) @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = BUFFERED)
          Emitter<byte[]> channel,
      RelayTracing tracing,
      Clock clock) {
    this.channel = channel;
    this.tracing = tracing;
    this.clock = clock;
  }

  /**
   * Completes when the broker has it, also when nobody subscribes there (reason 0x10): the log is
   * what consumers rely on.
   *
   * @return fails with {@link RefusedMessageException} when the broker never will; with anything
   *     else also when its message expiry has passed, of which the outbox knows by itself
   */
  Uni<Void> publish(OutboxEvent event) {
    return underWay.once(
        event.id(), () -> Uni.createFrom().emitter(answer -> channel.send(message(event, answer))));
  }

  private Message<byte[]> message(OutboxEvent event, UniEmitter<? super Void> answer) {
    var properties =
        MqttOutboundMetadata.builder()
            .topic(event.topic())
            // Ids make up for what QoS 2 would add between services, at half the packets.
            .qos(event.qos() == 0 ? MqttQos.AT_MOST_ONCE : MqttQos.AT_LEAST_ONCE)
            .contentType(event.contentType())
            .messageExpiry(left(event));
    var carried = event.carried();
    if (carried.payloadFormat() != null) {
      properties.payloadFormat(Mqtt5PayloadFormatIndicator.fromCode(carried.payloadFormat()));
    }
    if (carried.correlationData() != null) {
      properties.correlationData(ByteBuffer.wrap(carried.correlationData()));
    }
    event.userProperties().forEach(properties::userProperty);
    properties.userProperty(ID_PROPERTY, event.id().toString());
    properties.userProperty(SEQUENCE_PROPERTY, Long.toString(event.sequence()));
    var trace = TracingMetadata.withCurrent(tracing.contextOf(event.userProperties()));
    return Message.of(
        event.payload(),
        Metadata.of(properties.build(), trace),
        () -> taken(answer),
        reason -> notTaken(answer, reason));
  }

  /** In whole seconds, rounded up; null for ever. */
  private Duration left(OutboxEvent event) {
    if (event.expiresAt() == null) {
      return null;
    }
    var left = Duration.between(clock.instant(), event.expiresAt());
    if (!left.isPositive()) {
      throw new IllegalStateException("its message expiry has passed");
    }
    return Duration.ofSeconds(
        Math.min(MAX_EXPIRY_SECONDS, left.plusNanos(999_999_999).toSeconds()));
  }

  private static CompletionStage<Void> taken(UniEmitter<? super Void> answer) {
    answer.complete(null);
    return CompletableFuture.completedFuture(null);
  }

  private static CompletionStage<Void> notTaken(UniEmitter<? super Void> answer, Throwable reason) {
    answer.fail(isForGood(reason) ? new RefusedMessageException(reason.getMessage()) : reason);
    return CompletableFuture.completedFuture(null);
  }

  /** Whether the same message would be refused again (MQTT 5 §3.14.2.1). */
  static boolean isForGood(Throwable reason) {
    return switch (reason) {
      // The connector blames a message only after it was alone on its way when that happened.
      case Mqtt5DisconnectException blamed -> true;
      case IllegalArgumentException unsendable -> true;
      default -> FinalRefusal.is(reason);
    };
  }
}
