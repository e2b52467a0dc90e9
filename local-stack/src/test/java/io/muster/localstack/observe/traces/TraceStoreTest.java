package io.muster.localstack.observe.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is kept of traces. */
class TraceStoreTest {
  private final TraceStore store = new TraceStore(2, 3);

  private static Span span(String trace, String id, long start) {
    var attributes = Map.of("topic", "telemetry/demo/" + trace);
    return new Span("ingest", trace, id, "", "step " + id, start, start + 1, false, attributes);
  }

  @Test
  void aTracesSpansAreInTheOrderOfTheirTimes() {
    store.add(List.of(span("one", "b", 20)));
    store.add(List.of(span("one", "a", 10)));
    assertEquals(List.of("a", "b"), store.trace("one").stream().map(Span::spanId).toList());
    assertEquals(List.of(), store.trace("other"));
  }

  @Test
  void theOnesOfWhichNothingWasHeardForLongestAreForgotten() {
    store.add(List.of(span("one", "a", 1), span("two", "a", 2)));
    store.add(List.of(span("one", "b", 3)));
    store.add(List.of(span("three", "a", 4)));
    assertEquals(2, store.trace("one").size());
    assertEquals(List.of(), store.trace("two"));
    assertEquals(
        List.of("three", "one"),
        store.latest("", 9).stream().map(spans -> spans.getFirst().traceId()).toList());
  }

  @Test
  void aTraceThatGrowsWithoutEndIsCut() {
    for (var i = 0; i < 10; i++) {
      store.add(List.of(span("one", "s" + i, i)));
    }
    assertEquals(3, store.trace("one").size());
  }

  @Test
  void oneFindsThoseThatMentionAText() {
    store.add(List.of(span("pump-1", "a", 1), span("pump-2", "a", 2)));
    assertEquals(1, store.latest("demo/pump-1", 9).size());
    assertEquals(2, store.latest("step", 9).size());
    assertEquals(1, store.latest("step", 1).size());
    assertEquals(0, store.latest("elsewhere", 9).size());
  }
}
