package io.muster.ingest.telemetry;

import io.muster.rest.problem.Refusal;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What can be told of the values of a field in a bucket. */
enum Aggregate {
  COUNT,
  SUM,
  AVG,
  MIN,
  MAX,
  FIRST,
  LAST;

  /** Its name in queries and answers. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads a query parameter that may come several times, each a list with commas. */
  static Set<Aggregate> of(List<String> parameters) {
    var chosen = EnumSet.noneOf(Aggregate.class);
    for (var parameter : parameters == null ? List.<String>of() : parameters) {
      for (var name : parameter.split(",")) {
        chosen.add(named(name.strip()));
      }
    }
    return chosen;
  }

  private static Aggregate named(String name) {
    return Arrays.stream(values())
        .filter(aggregate -> aggregate.label().equals(name))
        .findFirst()
        .orElseThrow(() -> Refusal.parameter("aggregate", "knows only " + known()));
  }

  private static String known() {
    return Arrays.stream(values()).map(Aggregate::label).collect(Collectors.joining(", "));
  }
}
