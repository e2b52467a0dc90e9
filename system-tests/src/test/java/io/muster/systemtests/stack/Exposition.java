package io.muster.systemtests.stack;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What a process exports, in the text format of Prometheus or of OpenMetrics, told apart by metric
 * and not by series: a summary's count, sum and maximum belong to it.
 *
 * @param metrics by the name that is queried, a counter's with {@code _total}
 */
public record Exposition(Map<String, Metric> metrics) {
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Set<String> OF_THE_FORMAT = Set.of("le", "quantile");
  private static final String TYPE = "# TYPE ";

  /**
   * A metric.
   *
   * @param type {@code counter}, {@code gauge}, {@code summary} or {@code histogram}
   * @param labels their names
   */
  public record Metric(String type, Set<String> labels) {}

  /** Reads an answer of {@code /q/metrics}. */
  static Exposition of(String text) {
    var metrics = new TreeMap<String, Metric>();
    text.lines().filter(line -> line.startsWith(TYPE)).forEach(line -> declare(line, metrics));
    text.lines().filter(line -> !line.startsWith("#")).forEach(line -> addLabels(line, metrics));
    metrics.keySet().removeIf(name -> isMaximum(name, metrics));
    return new Exposition(metrics);
  }

  /** Those whose names are wanted. */
  public Map<String, Metric> named(Predicate<String> wanted) {
    var found = new TreeMap<>(metrics);
    found.keySet().removeIf(wanted.negate());
    return found;
  }

  private static void declare(String line, Map<String, Metric> metrics) {
    var words = line.substring(TYPE.length()).split(" ");
    var isBareCounter = words[1].equals("counter") && !words[0].endsWith("_total");
    metrics.put(
        isBareCounter ? words[0] + "_total" : words[0], new Metric(words[1], new TreeSet<>()));
  }

  private static void addLabels(String line, Map<String, Metric> metrics) {
    var series = line.split(" # ")[0];
    var name = series.split("[{ ]")[0];
    owner(name, metrics)
        .ifPresent(
            metric ->
                LABEL
                    .matcher(series)
                    .results()
                    .map(label -> label.group(1))
                    .filter(label -> !OF_THE_FORMAT.contains(label))
                    .forEach(metric.labels()::add));
  }

  private static Optional<Metric> owner(String series, Map<String, Metric> metrics) {
    var whole = series.replaceFirst("_(count|sum|bucket)$", "");
    return Optional.ofNullable(metrics.getOrDefault(series, metrics.get(whole)));
  }

  /** Micrometer shows a distribution's maximum as a gauge of its own. */
  private static boolean isMaximum(String name, Map<String, Metric> metrics) {
    return name.endsWith("_max") && metrics.containsKey(name.substring(0, name.length() - 4));
  }
}
