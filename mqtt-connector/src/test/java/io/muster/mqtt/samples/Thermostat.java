package io.muster.mqtt.samples;

import io.muster.mqtt.MqttInboundMetadata;
import io.muster.mqtt.MqttOutboundMetadata;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.eclipse.microprofile.reactive.messaging.Outgoing;

@ApplicationScoped
public class Thermostat {
  public record Reading(double temperature) {}

  @Inject
  @Channel("alarms")
  MutinyEmitter<String> alarms;

  // The PUBACK leaves when the Uni has completed. When it fails, the reading is retried.
  @Incoming("readings")
  Uni<Void> store(Reading reading) {
    return reading.temperature() > 60 ? alarm("kitchen", "too hot") : Uni.createFrom().voidItem();
  }

  // An answer goes to the response topic of its request, with the request's correlation data.
  @Incoming("requests")
  @Outgoing("answers")
  Message<String> answer(Message<String> request) {
    var asked = request.getMetadata(MqttInboundMetadata.class).orElseThrow();
    return request
        .withPayload("21.5")
        .addMetadata(MqttOutboundMetadata.answering(asked).contentType("text/plain").build());
  }

  // Completes with the broker's PUBACK, however often the connection breaks until then.
  Uni<Void> alarm(String room, String text) {
    var properties =
        MqttOutboundMetadata.builder()
            .topic("alarms/" + room)
            .messageExpiry(Duration.ofMinutes(10))
            .build();
    return alarms.sendMessage(Message.of(text, Metadata.of(properties)));
  }
}
