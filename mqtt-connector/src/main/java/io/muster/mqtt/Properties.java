package io.muster.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.time.Duration;
import java.util.List;

/** Reads the properties of a received message. */
final class Properties {
  private Properties() {}

  static MqttInboundMetadata received(String channel, Delivery delivery) {
    var publish = delivery.publish();
    var expiry = publish.getMessageExpiryInterval();
    return new MqttInboundMetadata(
        channel,
        publish.getTopic().toString(),
        publish.getQos(),
        publish.isRetain(),
        delivery.attempt(),
        expiry.isPresent()
            ? java.util.Optional.of(Duration.ofSeconds(expiry.getAsLong()))
            : java.util.Optional.empty(),
        publish.getPayloadFormatIndicator(),
        publish.getContentType().map(Object::toString),
        publish.getResponseTopic().map(Object::toString),
        publish.getCorrelationData(),
        userProperties(publish));
  }

  private static List<UserProperty> userProperties(Mqtt5Publish publish) {
    return publish.getUserProperties().asList().stream()
        .map(
            property ->
                new UserProperty(property.getName().toString(), property.getValue().toString()))
        .toList();
  }
}
