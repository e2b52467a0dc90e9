package io.muster.ingest.source;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.Completion;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.intake.Publication;
import io.muster.ingest.intake.RefusedPublish;
import io.muster.mqtt.MqttInboundMetadata;
import io.muster.rest.access.GoneTenants;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.TracingMetadata;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * The way of a message from a broker of others into the store: the same as from the endpoint, with
 * the broker's word for who published it. The broker hears of it (PUBACK) when it is committed, as
 * a row or as a dead letter. Messages of one device keep their order; devices whose existence has
 * to be asked for hold up only those in the same lane. Thread-safe.
 */
final class BrokerPipeline {
  private static final int LANES = 32;
  private static final List<String> OUTCOMES =
      List.of("offered", "unknown-device", "deleted-tenant", "stray");

  private final Intake intake;
  private final Function<DeviceAddress, Uni<Boolean>> isKnown;
  private final GoneTenants gone;
  private final DeviceAddress strays;
  private final Clock clock;
  private final MeterRegistry meters;

  /**
   * @param isKnown never fails
   * @param gone of whom nothing is kept, not even a dead letter
   * @param strays to whom belongs what names no device
   */
  BrokerPipeline(
      Intake intake,
      Function<DeviceAddress, Uni<Boolean>> isKnown,
      GoneTenants gone,
      DeviceAddress strays,
      Clock clock,
      MeterRegistry meters) {
    this.intake = intake;
    this.isKnown = isKnown;
    this.gone = gone;
    this.strays = strays;
    this.clock = clock;
    this.meters = meters;
    OUTCOMES.forEach(this::counter);
  }

  /**
   * Takes them all; ends when they end. The number of messages under way is the source's to bound.
   */
  Multi<Void> take(Multi<? extends Message<?>> messages) {
    return messages
        .group()
        .by(BrokerPipeline::lane)
        .onItem()
        .transformToMulti(lane -> lane.onItem().transformToUniAndConcatenate(this::take))
        .merge(LANES);
  }

  private static int lane(Message<?> message) {
    return Math.floorMod(mqtt(message).topic().hashCode(), LANES);
  }

  /** Completes when the message is offered; its acknowledgement comes with the commit. */
  private Uni<Void> take(Message<?> message) {
    return Uni.createFrom()
        .deferred(() -> offer(message))
        .onFailure()
        // One message's failure must not end the stream; it comes again, or goes to the channel's
        // own dead letters.
        .recoverWithUni(failure -> Uni.createFrom().completionStage(() -> message.nack(failure)));
  }

  private Uni<Void> offer(Message<?> message) {
    var mqtt = mqtt(message);
    return addressed(mqtt.topic())
        .map(
            topic ->
                gone.isGone(topic.address().tenant())
                    ? drop(message)
                    : offerIfKnown(topic, message, mqtt))
        .orElseGet(() -> stray(message, mqtt));
  }

  private Uni<Void> offerIfKnown(
      DeviceTopic.OfDevice topic, Message<?> message, MqttInboundMetadata mqtt) {
    return isKnown
        .apply(topic.address())
        .invoke(
            known -> {
              if (known) {
                count("offered");
                intake.offer(publication(topic, message, mqtt), acknowledging(message));
              } else {
                deadLetter(topic.address(), message, mqtt, "unknown-device");
              }
            })
        .replaceWithVoid();
  }

  private Uni<Void> drop(Message<?> message) {
    count("deleted-tenant");
    return Uni.createFrom().completionStage(message::ack);
  }

  private Uni<Void> stray(Message<?> message, MqttInboundMetadata mqtt) {
    deadLetter(strays, message, mqtt, "stray");
    return Uni.createFrom().voidItem();
  }

  private void deadLetter(
      DeviceAddress of, Message<?> message, MqttInboundMetadata mqtt, String outcome) {
    count(outcome);
    var detail =
        of.equals(strays)
            ? "not a topic of telemetry or events"
            : "the registry does not know the device";
    intake.deadLetter(
        new RefusedPublish(
            of,
            mqtt.topic(),
            mqtt.qos().getCode(),
            mqtt.contentType().orElse(null),
            userProperties(mqtt),
            payload(message),
            DeadLetterReason.TOPIC_NOT_ALLOWED,
            detail),
        acknowledging(message));
  }

  /** Telemetry and events of a device; everything else is nobody's to say here. */
  private static Optional<DeviceTopic.OfDevice> addressed(String topicName) {
    return DeviceTopic.parse(topicName)
        .flatMap(
            topic ->
                switch (topic) {
                  case DeviceTopic.Telemetry telemetry -> Optional.of(telemetry);
                  case DeviceTopic.Event event -> Optional.of(event);
                  case DeviceTopic.CommandResponse other -> Optional.empty();
                  case DeviceTopic.Shadow other -> Optional.empty();
                  case DeviceTopic.FirmwareFeedback other -> Optional.empty();
                  case DeviceTopic.Presence other -> Optional.empty();
                  case DeviceTopic.Aws other -> Optional.empty();
                  case DeviceTopic.Provision other -> Optional.empty();
                });
  }

  private Publication publication(
      DeviceTopic.OfDevice topic, Message<?> message, MqttInboundMetadata mqtt) {
    return new Publication(
        topic,
        topic.address(),
        payload(message),
        mqtt.qos().getCode(),
        false,
        mqtt.contentType().orElse(null),
        userProperties(mqtt),
        clock.instant(),
        null,
        TracingMetadata.fromMessage(message)
            .map(TracingMetadata::getCurrentContext)
            .orElseGet(Context::root),
        CarriedProperties.NONE);
  }

  /** Whatever became of it, it is off the broker's hands; only QoS 0 is ever shed. */
  private static Completion acknowledging(Message<?> message) {
    return outcome -> message.ack();
  }

  private void count(String outcome) {
    counter(outcome).increment();
  }

  private Counter counter(String outcome) {
    return Counter.builder("muster.source.messages")
        .description("Messages from the broker of others")
        .tag("outcome", outcome)
        .register(meters);
  }

  private static UserProperties userProperties(MqttInboundMetadata mqtt) {
    var properties = UserProperties.builder();
    mqtt.userProperties().forEach(property -> properties.add(property.name(), property.value()));
    return properties.build();
  }

  private static byte[] payload(Message<?> message) {
    return (byte[]) message.getPayload();
  }

  private static MqttInboundMetadata mqtt(Message<?> message) {
    return message
        .getMetadata(MqttInboundMetadata.class)
        .orElseThrow(() -> new IllegalStateException("not a message of muster-mqtt"));
  }
}
