package io.muster.ingest.telemetry;

import io.muster.contract.reading.ReadingValue;
import io.muster.rest.problem.Refusal;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which fields are asked for.
 *
 * @param names empty for all
 */
record FieldFilter(Set<String> names) {
  private static final int MOST = 100;

  /** Reads a query parameter that may come several times, each a list with commas. */
  static FieldFilter of(List<String> parameters) {
    var names = new TreeSet<String>();
    for (var parameter : parameters == null ? List.<String>of() : parameters) {
      Arrays.stream(parameter.split(",")).filter(name -> !name.isEmpty()).forEach(names::add);
    }
    if (names.size() > MOST) {
      throw Refusal.parameter("fields", "names more than " + MOST);
    }
    if (names.stream().anyMatch(name -> name.indexOf('\0') >= 0)) {
      throw Refusal.parameter("fields", "holds a character that no name holds");
    }
    return new FieldFilter(names);
  }

  boolean isAll() {
    return names.isEmpty();
  }

  String[] array() {
    return names.toArray(String[]::new);
  }

  SortedMap<String, ReadingValue> of(SortedMap<String, ReadingValue> values) {
    if (isAll()) {
      return values;
    }
    var chosen = new TreeMap<>(values);
    chosen.keySet().retainAll(names);
    return chosen;
  }
}
