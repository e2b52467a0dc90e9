package io.muster.deployment.chart;

import io.muster.deployment.Checkout;
import io.muster.deployment.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * The chart's README: an introduction, and a table made from the comments ({@code # -- …}) and
 * defaults of values.yaml.
 */
final class ChartReadme {
  private static final String MARK = "# -- ";

  private final Tree values;
  private final List<String> lines;
  private final List<String> table = new ArrayList<>();

  private ChartReadme(String source) {
    this.values = Tree.parse(source);
    this.lines = List.of(source.split("\n"));
  }

  /** Its text, as it has to be. */
  static String text() {
    var introduction = Checkout.read("helm/muster/README.in.md");
    return introduction + "\n" + new ChartReadme(Checkout.read("helm/muster/values.yaml")).rows();
  }

  private String rows() {
    table.add("| value | default | |");
    table.add("|---|---|---|");
    var path = new ArrayList<String>();
    var comment = "";
    for (var line : lines) {
      var text = line.strip();
      if (text.startsWith(MARK)) {
        comment = text.substring(MARK.length());
      } else if (text.matches("[A-Za-z]+:.*")) {
        enter(path, line, text);
        if (!comment.isEmpty()) {
          add(String.join(".", path), comment);
          comment = "";
        }
      }
    }
    return String.join("\n", table) + "\n";
  }

  private static void enter(List<String> path, String line, String text) {
    var depth = (line.length() - line.stripLeading().length()) / 2;
    while (path.size() > depth) {
      path.removeLast();
    }
    path.add(text.substring(0, text.indexOf(':')));
  }

  private void add(String path, String comment) {
    var value = values.at(path.split("[.]"));
    var branch = isBranch(path, value);
    table.add(
        "| %s | %s | %s |"
            .formatted(
                branch ? "**`" + path + "`**" : "`" + path + "`",
                branch ? "" : "`" + shown(value.node()) + "`",
                comment.replace("|", "\\|")));
  }

  /** An object whose members have rows of their own. */
  private boolean isBranch(String path, Tree value) {
    if (value.members().isEmpty()) {
      return false;
    }
    var last = path.substring(path.lastIndexOf('.') + 1);
    return lines.stream()
            .map(String::strip)
            .anyMatch(line -> line.equals(last + ":") || line.equals(last + ": &service"))
        && !last.equals("resources")
        && !last.endsWith("ecurityContext")
        && !last.equals("topologySpread");
  }

  private static String shown(Object value) {
    return switch (value) {
      case null -> "";
      case String text when text.isEmpty() -> "\"\"";
      case java.util.Map<?, ?> map -> {
        var members = new ArrayList<String>();
        map.forEach((name, of) -> members.add(name + ": " + shown(of)));
        yield "{" + String.join(", ", members) + "}";
      }
      case List<?> list -> {
        var items = new ArrayList<String>();
        list.forEach(item -> items.add(shown(item)));
        yield "[" + String.join(", ", items) + "]";
      }
      default -> value.toString();
    };
  }

  static void write() throws IOException {
    Files.writeString(Checkout.CHART.resolve("README.md"), text());
  }
}
