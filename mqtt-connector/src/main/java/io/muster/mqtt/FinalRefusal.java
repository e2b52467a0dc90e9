package io.muster.mqtt;

import com.hivemq.client.mqtt.exceptions.MqttEncodeException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;

/** Tells what is the matter with a message from what may pass: sent again, it would fail again. */
public final class FinalRefusal {
  private FinalRefusal() {}

  /**
   * By the reason code of the PUBACK (MQTT 5 §3.4.2.1); also for what is too large to be sent.
   *
   * @param failure with which a message of an outgoing channel was nacked
   */
  public static boolean is(Throwable failure) {
    return switch (failure) {
      case MqttEncodeException tooLarge -> true;
      case Mqtt5PubAckException refused -> is(refused.getMqttMessage().getReasonCode());
      default -> false;
    };
  }

  private static boolean is(Mqtt5PubAckReasonCode code) {
    return switch (code) {
      case NOT_AUTHORIZED, TOPIC_NAME_INVALID, PAYLOAD_FORMAT_INVALID -> true;
      case SUCCESS,
          NO_MATCHING_SUBSCRIBERS,
          UNSPECIFIED_ERROR,
          IMPLEMENTATION_SPECIFIC_ERROR,
          PACKET_IDENTIFIER_IN_USE,
          QUOTA_EXCEEDED ->
          false;
    };
  }
}
