package io.muster.benchmarks.registry;

import java.nio.charset.StandardCharsets;

/** The devices of the measurement: the same ones as NDJSON and as rows of COPY. Stateless. */
final class FleetRows {
  private static final String[] CITIES = {"Ulm", "Aalen", "Graz", "Lyon", "Porto"};

  private FleetRows() {}

  static String id(int number) {
    return "device-%06d".formatted(number);
  }

  /** Each attribute has another selectivity. */
  private static String attributes(int number) {
    return "{\"floor\":%d,\"site\":{\"city\":\"%s\"},\"serial\":\"S%08d\",\"maker\":\"Example\"}"
        .formatted(number % 40, CITIES[number % CITIES.length], number);
  }

  private static String[] tags(int number) {
    return number % 100 == 0 ? new String[] {"fleet", "rare"} : new String[] {"fleet"};
  }

  /** As the import takes it. */
  static byte[] ndjson(int number) {
    return "{\"id\":\"%s\",\"tags\":[\"%s\"],\"attributes\":%s}\n"
        .formatted(id(number), String.join("\",\"", tags(number)), attributes(number))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** As COPY takes it in its text format: id, tags, attributes. */
  static byte[] copy(int tenantKey, int number) {
    return "%d\t%s\t1\tt\t{%s}\t%s\tnow\tnow\n"
        .formatted(tenantKey, id(number), String.join(",", tags(number)), attributes(number))
        .getBytes(StandardCharsets.UTF_8);
  }
}
