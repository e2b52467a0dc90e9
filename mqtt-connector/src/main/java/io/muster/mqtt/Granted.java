package io.muster.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a broker answered to SUBSCRIBE: a reason code for each topic filter, in their order (MQTT 5
 * §3.9.3). The client's own subscribe fails only when every one is refused.
 *
 * @param refused the filters without a subscription, and why
 * @param lowered the filters with a lower quality of service than was asked for, and which
 */
record Granted(
    Map<MqttTopicFilter, Mqtt5SubAckReasonCode> refused, Map<MqttTopicFilter, Integer> lowered) {

  static Granted of(
      List<MqttTopicFilter> filters, MqttQos asked, List<Mqtt5SubAckReasonCode> answers) {
    var refused = new LinkedHashMap<MqttTopicFilter, Mqtt5SubAckReasonCode>();
    var lowered = new LinkedHashMap<MqttTopicFilter, Integer>();
    for (var index = 0; index < filters.size(); index++) {
      // An answer that is too short says nothing about the rest, so nothing was granted.
      var answer =
          index < answers.size() ? answers.get(index) : Mqtt5SubAckReasonCode.UNSPECIFIED_ERROR;
      if (answer.isError()) {
        refused.put(filters.get(index), answer);
      } else if (answer.getCode() < asked.getCode()) {
        lowered.put(filters.get(index), answer.getCode());
      }
    }
    return new Granted(refused, lowered);
  }

  /**
   * @throws SubscriptionRefusedException when any filter is refused
   */
  void requireAll() {
    if (!refused.isEmpty()) {
      throw new SubscriptionRefusedException("the broker refused topic filters: " + refused);
    }
  }

  /** What people should know about it; null when all is as it was asked for. */
  String warning() {
    return lowered.isEmpty()
        ? null
        : "the broker granted a lower quality of service than asked for: " + lowered;
  }
}
