package io.muster.ingest.intake;

import io.muster.ingest.tracing.DeviceTrace;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
        spans.add(begin(entry, trace, entries.size()));
      }
    }
    return spans;
  }

  private Span begin(Entry entry, Context parent, int batchSize) {
    var span =
        tracer
            .spanBuilder("commit")
            .setParent(parent)
            .setAttribute("db.system.name", "postgresql")
            .setAttribute("db.operation.batch.size", (long) batchSize);
    var device = deviceTrace(entry.content(), parent);
    if (device.isValid()) {
      span.addLink(device);
    }
    return span.startSpan();
  }

  /** The trace that a device put into its JSON, where the receiving span did not begin in it. */
  private static SpanContext deviceTrace(Content content, Context parent) {
    if (!(content instanceof Content.Readings readings) || readings.traceparent() == null) {
      return SpanContext.getInvalid();
    }
    var said = DeviceTrace.of(Map.of("traceparent", readings.traceparent()));
    var known = Span.fromContext(parent).getSpanContext().getTraceId();
    return known.equals(said.getTraceId()) ? SpanContext.getInvalid() : said;
  }

  /** The trace of one of them, for what is measured of all; the root without any. */
  static Context one(List<Span> spans) {
    return spans.isEmpty() ? Context.root() : Context.root().with(spans.getFirst());
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
