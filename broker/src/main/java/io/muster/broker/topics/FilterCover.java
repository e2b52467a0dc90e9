package io.muster.broker.topics;

import io.muster.contract.topic.TopicFilter;

/** Whether one topic filter matches all that another one matches (MQTT 5 §4.7.1). */
final class FilterCover {
  private FilterCover() {}

  /**
   * @param wide what is allowed
   * @param narrow what is asked for
   */
  static boolean covers(TopicFilter wide, TopicFilter narrow) {
    var allowed = wide.value().split("/", -1);
    var asked = narrow.value().split("/", -1);
    for (int level = 0; level < allowed.length; level++) {
      if (allowed[level].equals("#")) {
        // Also of its parent: "a/#" matches "a" (MQTT 5 §4.7.1.2).
        return true;
      }
      if (level == asked.length || asked[level].equals("#")) {
        return false;
      }
      if (!allowed[level].equals("+") && !allowed[level].equals(asked[level])) {
        return false;
      }
    }
    return allowed.length == asked.length;
  }
}
