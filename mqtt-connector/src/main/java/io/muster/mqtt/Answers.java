package io.muster.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.pubrec.Mqtt5PubRecReasonCode;

/** Reads what the broker answered to a PUBLISH. */
final class Answers {
  private Answers() {}

  /** False when the broker said that nobody subscribes to the topic (MQTT 5 §3.4.2.1, §3.5.2.1). */
  static boolean subscribers(Mqtt5PublishResult result) {
    return switch (result) {
      case Mqtt5PublishResult.Mqtt5Qos1Result once ->
          once.getPubAck().getReasonCode() != Mqtt5PubAckReasonCode.NO_MATCHING_SUBSCRIBERS;
      case Mqtt5PublishResult.Mqtt5Qos2Result twice ->
          twice.getPubRec().getReasonCode() != Mqtt5PubRecReasonCode.NO_MATCHING_SUBSCRIBERS;
      default -> true;
    };
  }
}
