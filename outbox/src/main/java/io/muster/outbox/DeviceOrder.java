package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.topic.PlatformTopic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which messages must not overtake each other: those of one device. */
final class DeviceOrder {
  private DeviceOrder() {}

  /** The events device by device, each device's in the given order. */
  static Collection<List<OutboxEvent>> chains(List<OutboxEvent> events) {
    Map<String, List<OutboxEvent>> chains = new LinkedHashMap<>();
    for (var event : events) {
      chains.computeIfAbsent(deviceOf(event.topic()), device -> new ArrayList<>()).add(event);
    }
    return chains.values();
  }

  /**
   * {@code {tenant}/{device}}: the last levels of a platform topic, the second and third of any
   * other.
   */
  static String deviceOf(String topic) {
    return PlatformTopic.parse(topic)
        .map(platform -> platform.tenant() + "/" + platform.device().orElse(""))
        .orElseGet(() -> secondAndThirdLevel(topic));
  }

  private static String secondAndThirdLevel(String topic) {
    var begin = topic.indexOf('/') + 1;
    var middle = topic.indexOf('/', begin);
    var end = middle < 0 ? -1 : topic.indexOf('/', middle + 1);
    return topic.substring(begin, end < 0 ? topic.length() : end);
  }
}
