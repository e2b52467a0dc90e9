package io.muster.ingest.intake;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;

/**
 * The last span of a message's trace: from the transaction's beginning to its commit. Only for
 * messages whose trace is recorded; one batch holds those of many.
 */
final class CommitSpans {
  private final Tracer tracer;

  CommitSpans(Tracer tracer) {
    this.tracer = tracer;
  }

  List<Span> begin(List<Entry> entries) {
    List<Span> spans = List.of();
    for (var entry : entries) {
      var trace = entry.trace();
      if (trace != null && Span.fromContext(trace).getSpanContext().isSampled()) {
        spans = spans.isEmpty() ? new ArrayList<>() : spans;
        spans.add(begin(trace, entries.size()));
      }
    }
    return spans;
  }

  private Span begin(Context parent, int batchSize) {
    return tracer
        .spanBuilder("commit")
        .setParent(parent)
        .setAttribute("db.system.name", "postgresql")
        .setAttribute("db.operation.batch.size", (long) batchSize)
        .startSpan();
  }

  static void end(List<Span> spans) {
    spans.forEach(Span::end);
  }

  static void fail(List<Span> spans, Throwable cause) {
    for (var span : spans) {
      span.setStatus(StatusCode.ERROR);
      span.setAttribute("error.type", cause.getClass().getName());
      span.end();
    }
  }
}
