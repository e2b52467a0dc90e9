package io.muster.localstack.observe.traces;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** The traces of which something was heard last; older ones are forgotten. Thread-safe. */
final class TraceStore {
  private final int mostTraces;
  private final int mostSpans;

  /** In the order in which they were heard of last. */
  private final SequencedMap<String, List<Span>> traces = new LinkedHashMap<>();

  /**
   * @param mostSpans of a trace; further ones are left out
   */
  TraceStore(int mostTraces, int mostSpans) {
    this.mostTraces = mostTraces;
    this.mostSpans = mostSpans;
  }

  synchronized void add(List<Span> spans) {
    for (var span : spans) {
      var known = traces.getOrDefault(span.traceId(), new ArrayList<>());
      traces.putLast(span.traceId(), known);
      if (known.size() < mostSpans) {
        known.add(span);
      }
      if (traces.size() > mostTraces) {
        traces.pollFirstEntry();
      }
    }
  }

  /** The spans of a trace by time; none when it is unknown. */
  synchronized List<Span> trace(String id) {
    return sorted(traces.getOrDefault(id, List.of()));
  }

  /**
   * Those that mention a text, the latest first, each by time.
   *
   * @param text all when empty
   */
  synchronized List<List<Span>> latest(String text, int most) {
    var found = new ArrayList<List<Span>>();
    for (var spans : List.copyOf(traces.values()).reversed()) {
      if (found.size() < most && spans.stream().anyMatch(span -> span.mentions(text))) {
        found.add(sorted(spans));
      }
    }
    return found;
  }

  private static List<Span> sorted(List<Span> spans) {
    return spans.stream().sorted(Span.BY_TIME).toList();
  }
}
