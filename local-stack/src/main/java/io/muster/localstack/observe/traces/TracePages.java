package io.muster.localstack.observe.traces;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Pages that show traces: a list, and each as steps beside a line of time. */
final class TracePages {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int DEEPEST = 20;

  private static final String STYLE =
      """
      body{font:14px system-ui,sans-serif;margin:1.5rem;color:#222;background:#fff}
      table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #ddd}
      td.n{text-align:right;white-space:nowrap}a{color:#0550ae}.bad{color:#b00020}
      .line{position:relative;height:.8rem;background:#f0f0f0;min-width:20rem}
      .bar{position:absolute;top:0;height:100%;min-width:2px;background:#3b82c4}.bar.bad{background:#b00020}
      dl{display:grid;grid-template-columns:max-content 1fr;gap:0 .8rem;margin:.3rem 0}dt{color:#666}dd{margin:0;overflow-wrap:anywhere}
      """;

  private TracePages() {}

  static String list(List<List<Span>> traces, String text) {
    var rows = new StringBuilder();
    for (var spans : traces) {
      var first = spans.getFirst();
      var services = new TreeSet<String>();
      spans.forEach(span -> services.add(span.service()));
      rows.append(
          "<tr><td>%s</td><td><a href=\"/trace/%s\">%s: %s</a>%s</td><td class=n>%s</td><td class=n>%d</td><td>%s</td></tr>\n"
              .formatted(
                  instant(first.startNanos()).truncatedTo(ChronoUnit.MILLIS),
                  escaped(first.traceId()),
                  escaped(first.service()),
                  escaped(first.name()),
                  spans.stream().anyMatch(Span::failed) ? " <b class=bad>failed</b>" : "",
                  millis(length(spans)),
                  spans.size(),
                  escaped(String.join(", ", services))));
    }
    var none =
        traces.isEmpty()
            ? "<p>None yet. Send something, or ask for something, and look again.</p>"
            : "";
    return page(
        "Traces",
        """
        <form><input name=q value="%s" placeholder="a device, a name, a service"> <button>Look</button></form>
        <table><tr><th>began<th>first step<th>took<th>steps<th>services</tr>
        %s</table>%s\
        """
            .formatted(escaped(text), rows, none));
  }

  static String trace(List<Span> spans) {
    var begin = spans.getFirst().startNanos();
    var length = Math.max(1, length(spans));
    var depths = depths(spans);
    var rows = new StringBuilder();
    for (var span : spans) {
      var left = Math.max(0, 100.0 * (span.startNanos() - begin) / length);
      var width = Math.min(100 - Math.min(left, 100), 100.0 * span.duration() / length);
      rows.append(
          "<tr><td style=\"padding-left:%sem\">%s<details><summary>%s</summary><dl>%s</dl></details></td><td class=n>%s</td><td class=n>%s</td><td><div class=line><div class=\"bar%s\" style=\"left:%s%%;width:%s%%\"></div></div></td></tr>\n"
              .formatted(
                  1 + depths.get(span.spanId()),
                  escaped(span.service()),
                  escaped(span.name()),
                  attributes(span),
                  millis(span.startNanos() - begin),
                  millis(span.duration()),
                  span.failed() ? " bad" : "",
                  decimal(left),
                  decimal(width)));
    }
    return page(
        "Trace " + spans.getFirst().traceId(),
        "<p><a href=\"/\">all traces</a></p><table><tr><th>step<th>after<th>took<th></tr>\n%s</table>"
            .formatted(rows));
  }

  /** How far each is from one whose parent is not there. */
  private static Map<String, Integer> depths(List<Span> spans) {
    var parents = new HashMap<String, String>();
    spans.forEach(span -> parents.put(span.spanId(), span.parentId()));
    var depths = new HashMap<String, Integer>();
    for (var span : spans) {
      var seen = new HashSet<String>();
      var at = span.parentId();
      while (parents.containsKey(at) && seen.size() < DEEPEST && seen.add(at)) {
        at = parents.get(at);
      }
      depths.put(span.spanId(), seen.size());
    }
    return depths;
  }

  private static String attributes(Span span) {
    var text = new StringBuilder();
    new TreeMap<>(span.attributes())
        .forEach(
            (name, value) -> text.append("<dt>%s<dd>%s".formatted(escaped(name), escaped(value))));
    return text.toString();
  }

  static long length(List<Span> spans) {
    var end = spans.stream().mapToLong(Span::endNanos).max().orElseThrow();
    return Math.max(0, end - spans.getFirst().startNanos());
  }

  static Instant instant(long nanos) {
    return Instant.EPOCH.plusNanos(nanos);
  }

  private static String millis(long nanos) {
    return decimal(nanos / NANOS_PER_MILLI) + "&nbsp;ms";
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String page(String title, String body) {
    return """
    <!doctype html><html lang=en><meta charset=utf-8><title>%s</title><style>%s</style><h1>%s</h1>%s</html>
    """
        .formatted(escaped(title), STYLE, escaped(title), body);
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
