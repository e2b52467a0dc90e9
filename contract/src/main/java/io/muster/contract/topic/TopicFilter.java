package io.muster.contract.topic;

/**
 * A topic filter (MQTT 5 §4.7): levels between slashes, {@code +} for any one level, {@code #} as
 * the last for all that follow.
 *
 * @param value the filter as written, without a share prefix
 */
public record TopicFilter(String value) {

  /**
   * @throws IllegalArgumentException when a wildcard stands where none may (MQTT 5 §4.7.1)
   */
  public TopicFilter {
    if (!isValid(value)) {
      throw new IllegalArgumentException("no topic filter: a wildcard must fill its level");
    }
  }

  /** Whether it is a filter in the sense of MQTT 5 §4.7.1 and §4.7.3. */
  public static boolean isValid(String filter) {
    if (filter.isEmpty() || filter.indexOf('\0') >= 0) {
      return false;
    }
    for (int i = 0; i < filter.length(); i++) {
      var c = filter.charAt(i);
      if (c != '+' && c != '#') {
        continue;
      }
      var begins = i == 0 || filter.charAt(i - 1) == '/';
      var ends = i == filter.length() - 1 || filter.charAt(i + 1) == '/';
      if (!begins || !ends || (c == '#' && i != filter.length() - 1)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a topic name belongs to it. Wildcards in the first level do not match names that begin
   * with {@code $} (MQTT 5 §4.7.2).
   */
  public boolean matches(String topicName) {
    if (topicName.startsWith("$") && (value.startsWith("+") || value.startsWith("#"))) {
      return false;
    }
    int f = 0;
    int t = 0;
    while (f < value.length()) {
      if (value.charAt(f) == '#') {
        return true;
      }
      var filterEnd = end(value, f);
      var topicEnd = end(topicName, t);
      var any = filterEnd - f == 1 && value.charAt(f) == '+';
      if (!any && !sameLevel(topicName, f, filterEnd, t, topicEnd)) {
        return false;
      }
      var filterDone = filterEnd == value.length();
      var topicDone = topicEnd == topicName.length();
      if (filterDone || topicDone) {
        // "a/#" also matches its parent "a" (MQTT 5 §4.7.1.2).
        return (filterDone && topicDone) || (topicDone && value.substring(filterEnd).equals("/#"));
      }
      f = filterEnd + 1;
      t = topicEnd + 1;
    }
    // The filter ends with a slash: its last level is empty, and so must the topic's be.
    return t == topicName.length();
  }

  private boolean sameLevel(String topicName, int f, int filterEnd, int t, int topicEnd) {
    return filterEnd - f == topicEnd - t && value.regionMatches(f, topicName, t, filterEnd - f);
  }

  private static int end(String levels, int from) {
    var slash = levels.indexOf('/', from);
    return slash < 0 ? levels.length() : slash;
  }

  @Override
  public String toString() {
    return value;
  }
}
