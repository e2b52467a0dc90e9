package io.muster.mqtt;

import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;

/** Says in a line why something failed, with MQTT's reason code where there is one. */
final class Reasons {
  private static final int LONGEST = 500;

  private Reasons() {}

  static String of(Throwable failure) {
    return switch (failure) {
      case Mqtt5ConnAckException refused -> "CONNACK " + refused.getMqttMessage().getReasonCode();
      case Mqtt5DisconnectException ended ->
          "DISCONNECT "
              + ended.getMqttMessage().getReasonCode()
              + ended.getMqttMessage().getReasonString().map(text -> " " + text).orElse("");
      case Mqtt5SubAckException refused -> "SUBACK " + refused.getMqttMessage().getReasonCodes();
      case Mqtt5PubAckException refused -> "PUBACK " + refused.getMqttMessage().getReasonCode();
      case Mqtt5PubRecException refused -> "PUBREC " + refused.getMqttMessage().getReasonCode();
      case SubscriptionRefusedException refused -> Utf8.publishable(refused.getMessage(), LONGEST);
      default ->
          Utf8.publishable(
              failure.getClass().getSimpleName()
                  + (failure.getMessage() == null ? "" : ": " + failure.getMessage()),
              LONGEST);
    };
  }
}
