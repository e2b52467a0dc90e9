package io.muster.mqtt;

import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;

/** Tells whether the broker ended a connection because of a message that it was sent. */
final class Blame {
  private Blame() {}

  /** By the reason code of its DISCONNECT (MQTT 5 §3.14.2.1). */
  static boolean isOnMessage(Throwable cause) {
    return cause instanceof Mqtt5DisconnectException ended
        && switch (ended.getMqttMessage().getReasonCode()) {
          case MALFORMED_PACKET,
              PROTOCOL_ERROR,
              IMPLEMENTATION_SPECIFIC_ERROR,
              TOPIC_NAME_INVALID,
              PACKET_TOO_LARGE,
              PAYLOAD_FORMAT_INVALID,
              RETAIN_NOT_SUPPORTED,
              QOS_NOT_SUPPORTED ->
              true;
          default -> false;
        };
  }
}
