package io.muster.ingest.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;

/**
 * Lets what is measured point to a trace: a histogram's bucket is exported with the ids of the span
 * that was current when something last fell into it (OpenMetrics, "Exemplars"). Stateless.
 */
public final class Exemplars {
  private Exemplars() {}

  /**
   * Measures something, in the trace that it belongs to where that is recorded.
   *
   * @param trace with a span, or the root
   */
  public static void measured(Context trace, Runnable measuring) {
    if (!Span.fromContext(trace).getSpanContext().isSampled()) {
      measuring.run();
      return;
    }
    // An event loop's own context belongs to all that runs on it, and Quarkus keeps no span there.
    if (Vertx.currentContext() instanceof ContextInternal context && !context.isDuplicate()) {
      context.duplicate().dispatch((Runnable) () -> measuredIn(trace, measuring));
    } else {
      measuredIn(trace, measuring);
    }
  }

  private static void measuredIn(Context trace, Runnable measuring) {
    try (var scope = trace.makeCurrent()) {
      measuring.run();
    }
  }
}
