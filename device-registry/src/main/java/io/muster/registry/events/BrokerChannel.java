package io.muster.registry.events;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.mqtt.FinalRefusal;
import io.muster.mqtt.MqttOutboundMetadata;
import io.muster.outbox.RefusedMessageException;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Takes one event to the broker. Thread-safe. */
@ApplicationScoped
class BrokerChannel {
  private final MutinyEmitter<byte[]> emitter;

  BrokerChannel(@Channel("registry-events") MutinyEmitter<byte[]> emitter) {
    this.emitter = emitter;
  }

  /**
   * Completes when the broker has it; fails with {@link RefusedMessageException} when it never will
   * have it.
   */
  Uni<Void> publish(OutboxEvent event) {
    return Uni.createFrom()
        .deferred(() -> emitter.sendMessage(message(event)))
        .onFailure(FinalRefusal::is)
        .transform(refused -> new RefusedMessageException(refused.getMessage()));
  }

  private static Message<byte[]> message(OutboxEvent event) {
    var properties =
        MqttOutboundMetadata.builder()
            .topic(event.topic())
            .qos(MqttQos.fromCode(event.qos()))
            .contentType(event.contentType());
    event.userProperties().forEach(properties::userProperty);
    // By which the endpoint says what a device has.
    properties.userProperty(DeliveredEvent.MESSAGE_ID, event.id().toString());
    return Message.of(event.payload()).addMetadata(properties.build());
  }
}
