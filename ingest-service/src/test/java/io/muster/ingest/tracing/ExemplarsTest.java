package io.muster.ingest.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is measured knows its trace, and nothing else does. */
class ExemplarsTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private static Context trace(TraceFlags flags) {
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.create(TRACE, "b7ad6b7169203331", flags, TraceState.getDefault())));
  }

  private static List<String> seen(Context trace) {
    var seen = new ArrayList<String>();
    Exemplars.measured(trace, () -> seen.add(Span.current().getSpanContext().getTraceId()));
    return seen;
  }

  @Test
  void aRecordedTraceIsCurrentWhileItIsMeasured() {
    assertEquals(List.of(TRACE), seen(trace(TraceFlags.getSampled())));
    assertFalse(Span.current().getSpanContext().isValid());
  }

  @Test
  void oneThatNobodyRecordsIsNot() {
    assertEquals(List.of("0".repeat(32)), seen(trace(TraceFlags.getDefault())));
    assertEquals(List.of("0".repeat(32)), seen(Context.root()));
  }

  @Test
  void onAnEventLoopItIsMeasuredAtOnceAndOnceAndTheLoopKeepsNothing() throws Exception {
    var vertx = Vertx.vertx();
    try {
      var measured = new CompletableFuture<List<String>>();
      vertx.runOnContext(
          now -> {
            var seen = seen(trace(TraceFlags.getSampled()));
            seen.add(Boolean.toString(Span.current().getSpanContext().isValid()));
            measured.complete(seen);
          });
      assertEquals(List.of(TRACE, "false"), measured.get(60, TimeUnit.SECONDS));
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }
}
