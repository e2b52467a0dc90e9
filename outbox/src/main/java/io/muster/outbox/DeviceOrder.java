package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which messages must not overtake each other: those of one device. */
final class DeviceOrder {
  /** The same as {@link #deviceOf}, as an index of the table has it. */
  static final String SQL =
      """
      (CASE
         WHEN split_part(topic, '/', 1) <> 'platform'
         THEN split_part(topic, '/', 2) || '/' || split_part(topic, '/', 3)
         WHEN split_part(topic, '/', 3) = 'session'
         THEN split_part(topic, '/', 5) || '/' || split_part(topic, '/', 6)
         ELSE split_part(topic, '/', 4) || '/' || split_part(topic, '/', 5)
       END COLLATE "C")
      """;

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
    var level = topic.split("/", -1);
    if (!level[0].equals("platform")) {
      return pair(level, 1);
    }
    return pair(level, level.length > 2 && level[2].equals("session") ? 4 : 3);
  }

  private static String pair(String[] level, int first) {
    return text(level, first) + "/" + text(level, first + 1);
  }

  private static String text(String[] level, int index) {
    return index < level.length ? level[index] : "";
  }
}
