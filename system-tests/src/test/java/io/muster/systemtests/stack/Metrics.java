package io.muster.systemtests.stack;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;

/** Metrics of one process at {@code /q/metrics}. */
public final class Metrics {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Http http;
  private final String base;

  Metrics(Http http, String base) {
    this.http = http;
    this.base = base;
  }

  /**
   * The sum of a metric's series.
   *
   * @param name as exported, such as {@code muster_endpoint_connects_total}
   * @param labels parts that the series' labels must hold, such as {@code outcome="accepted"}
   */
  public double sum(String name, String... labels) {
    return http.get(base + "/q/metrics", null)
        .expect(200)
        .body()
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> Arrays.stream(labels).allMatch(line::contains))
        .mapToDouble(Metrics::value)
        .sum();
  }

  /**
   * How much a counter rises when something is done; it may be counted a moment after its effect
   * could be seen, so this waits until there is a rise.
   */
  public double rise(Runnable action, String name, String... labels) {
    var before = sum(name, labels);
    action.run();
    await("a rise of " + name).atMost(SOON).until(() -> sum(name, labels) > before);
    return sum(name, labels) - before;
  }

  /** All that is exported. */
  public Exposition exposition() {
    return Exposition.of(http.get(base + "/q/metrics", null).expect(200).body());
  }

  /** What follows the name and the labels; an exemplar may come after it. */
  private static double value(String line) {
    var series = line.split(" # ")[0];
    return Double.parseDouble(series.substring(series.lastIndexOf(' ') + 1));
  }
}
