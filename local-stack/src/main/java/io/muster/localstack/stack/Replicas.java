package io.muster.localstack.stack;

import io.muster.localstack.UserMistake;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How many of each service run; one unless told.
 *
 * @param counts for those that were told
 */
record Replicas(Map<StackService, Integer> counts) {
  /** More would share a port with another service. */
  static final int MOST = 8;

  Replicas {
    counts = Map.copyOf(counts);
  }

  /**
   * Reads {@code ingest=2} and the like.
   *
   * @throws UserMistake when a service is unknown or a number is out of range
   */
  static Replicas parse(List<String> texts) {
    var counts = new EnumMap<StackService, Integer>(StackService.class);
    for (var text : texts) {
      var parts = text.split("=", 2);
      counts.put(service(parts[0].strip()), parts.length < 2 ? -1 : count(text, parts[1]));
    }
    counts.forEach(
        (service, count) -> {
          if (count < 1) {
            throw mistaken(service.service() + "=");
          }
        });
    return new Replicas(counts);
  }

  int of(StackService service) {
    return counts.getOrDefault(service, 1);
  }

  private static StackService service(String name) {
    return Arrays.stream(StackService.values())
        .filter(known -> known.service().value().equals(name) || known.module().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UserMistake(
                    "There is no service “%s”; there are %s."
                        .formatted(
                            name,
                            Arrays.stream(StackService.values())
                                .map(known -> known.service().value())
                                .collect(Collectors.joining(", ")))));
  }

  private static int count(String text, String number) {
    try {
      var count = Integer.parseInt(number.strip());
      if (count >= 1 && count <= MOST) {
        return count;
      }
      throw mistaken(text);
    } catch (NumberFormatException e) {
      throw mistaken(text);
    }
  }

  private static UserMistake mistaken(String text) {
    return new UserMistake(
        "--replicas takes a service and a number from 1 to %d, such as ingest=2; not “%s”."
            .formatted(MOST, text));
  }
}
