package io.muster.systemtests;

import io.muster.systemtests.stack.Exposition.Metric;
import io.muster.systemtests.stack.MusterCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * {@code docs/metrics.md}: the metrics in its tables, by heading. A table's columns are name, type,
 * unit, labels and meaning.
 *
 * @param sections metrics by the nearest heading above them
 */
record MetricsDocument(Map<String, Map<String, Metric>> sections) {

  private static final int COLUMNS = 5;

  static MetricsDocument read() throws IOException {
    var sections = new TreeMap<String, Map<String, Metric>>();
    var heading = "";
    for (var line : Files.readAllLines(MusterCommand.findRoot().resolve("docs/metrics.md"))) {
      if (line.startsWith("#")) {
        heading = line.replaceFirst("^#+ ", "");
        continue;
      }
      var cells = line.split("\\|");
      if (line.startsWith("| `") && cells.length == COLUMNS + 1) {
        sections
            .computeIfAbsent(heading, first -> new TreeMap<>())
            .put(plain(cells[1]), metric(cells));
      }
    }
    return new MetricsDocument(sections);
  }

  private static Metric metric(String[] cells) {
    var labels =
        Arrays.stream(cells[4].split(","))
            .map(MetricsDocument::plain)
            .filter(label -> !label.isEmpty())
            .collect(Collectors.toCollection(TreeSet::new));
    return new Metric(plain(cells[2]), labels);
  }

  private static String plain(String cell) {
    return cell.replace("`", "").strip();
  }

  /**
   * The metrics of several sections.
   *
   * @throws AssertionError when there is no such heading, or no metric below it
   */
  Map<String, Metric> under(String... headings) {
    var found = new TreeMap<String, Metric>();
    for (var heading : headings) {
      var section = sections.get(heading);
      if (section == null) {
        throw new AssertionError("docs/metrics.md lists nothing under " + heading);
      }
      found.putAll(section);
    }
    return found;
  }
}
