package io.muster.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an incoming channel subscribes to.
 *
 * @param filters the topic filters, with {@code $share} where shared
 * @param previous filters of earlier versions, to be unsubscribed
 * @param notes the file that remembers the filters of the last time
 * @param qos the highest quality of service asked for
 */
record SubscriptionSettings(
    String channel,
    List<MqttTopicFilter> filters,
    Set<MqttTopicFilter> previous,
    Optional<Path> notes,
    MqttQos qos) {

  /**
   * @throws IllegalArgumentException when a filter is malformed or there is none
   */
  static SubscriptionSettings of(
      String channel,
      Set<String> filters,
      Set<String> previous,
      Optional<Path> notes,
      MqttQos qos) {
    if (filters.isEmpty()) {
      throw new IllegalArgumentException("no topic filter");
    }
    return new SubscriptionSettings(
        channel,
        filters.stream().map(MqttTopicFilter::of).toList(),
        Set.copyOf(previous.stream().map(MqttTopicFilter::of).toList()),
        notes,
        qos);
  }

  /** Whether a message on that topic was asked for. */
  boolean wants(MqttTopic topic) {
    for (var filter : filters) {
      if (filter.matches(topic)) {
        return true;
      }
    }
    return false;
  }
}
