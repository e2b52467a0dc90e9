package io.muster.rest.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TracePropertiesTest {
  private static final Map<String, String> SAID =
      Map.of("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

  @Test
  void whatIsWrittenIsReadAgain() {
    assertEquals(SAID, TraceProperties.of(TraceProperties.context(SAID)));
  }

  @Test
  void theCurrentTraceIsThatOfTheThread() {
    try (var scope = TraceProperties.context(SAID).makeCurrent()) {
      assertEquals(SAID, TraceProperties.current());
    }
    assertEquals(Map.of(), TraceProperties.current());
  }

  @Test
  void withoutATraceNothingIsSaid() {
    assertEquals(Map.of(), TraceProperties.of(Context.root()));
    var none = Span.fromContext(TraceProperties.context(Map.of("traceparent", "nonsense")));
    assertFalse(none.getSpanContext().isValid());
  }
}
