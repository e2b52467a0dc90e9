package io.muster.firmware.outbox;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.mqtt.FinalRefusal;
import io.muster.mqtt.MqttOutboundMetadata;
import io.muster.outbox.RefusedMessageException;
import io.muster.outbox.UnderWay;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/** Takes one message to the broker, once while it is on its way. Thread-safe. */
@ApplicationScoped
class BrokerChannel {
  /** As many as the outbox may have on their way, at least. */
  private static final int BUFFERED = 1_024;

  private final MutinyEmitter<byte[]> emitter;
  private final Clock clock;
  private final UnderWay underWay = new UnderWay();

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
    return underWay.once(
        event.id(),
        () ->
            emitter
                .sendMessage(message(event))
                .onFailure(FinalRefusal::is)
                .transform(refused -> new RefusedMessageException(refused.getMessage())));
  }

  private Message<byte[]> message(OutboxEvent event) {
    var properties =
        MqttOutboundMetadata.builder()
            .topic(event.topic())
            .qos(MqttQos.fromCode(event.qos()))
            .contentType(event.contentType())
            .messageExpiry(event.left(clock.instant()));
    event.userProperties().forEach(properties::userProperty);
    properties.userProperty(DeliveredEvent.MESSAGE_ID, event.id().toString());
    return Message.of(event.payload()).addMetadata(properties.build());
  }
}
