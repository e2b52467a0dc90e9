package io.muster.ingest.tracing;

import io.muster.contract.message.UserProperties;
import io.muster.rest.tracing.TraceProperties;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The trace context that a device sends along (W3C Trace Context, level 1). Its ids are believed,
 * so that a trace goes on from the device; its sampled flag is not, so that no device can make
 * Muster work for it. Stateless.
 */
public final class DeviceTrace {
  private static final String TRACEPARENT = "traceparent";
  private static final String TRACESTATE = "tracestate";

  private DeviceTrace() {}

  /**
   * What a device said.
   *
   * @param carrier user properties, or members of a JSON message
   * @return not valid when there is none, or none that is well-formed
   */
  public static SpanContext of(Map<String, String> carrier) {
    if (!carrier.containsKey(TRACEPARENT)) {
      return SpanContext.getInvalid();
    }
    return Span.fromContext(TraceProperties.context(carrier)).getSpanContext();
  }

  /** The same in user properties. */
  public static SpanContext of(UserProperties carrier) {
    return carrier.get(TRACEPARENT) == null ? SpanContext.getInvalid() : of(carrier.asMap());
  }

  /** The parent for a span that the server has decided to record. */
  public static Context recorded(SpanContext said) {
    return said.isValid()
        ? Context.root().with(Span.wrap(remote(said, TraceFlags.getSampled())))
        : Context.root();
  }

  /**
   * The user properties with which a device's message goes on to a service: in the span that the
   * endpoint recorded for it, else unrecorded in the trace that the device named, or in a new one.
   *
   * @param said as the device sent them, whose order and repetitions are kept
   * @param span the endpoint's, or the root
   */
  public static UserProperties onwards(UserProperties said, Context span) {
    var recorded = Span.fromContext(span).getSpanContext();
    var goesOn = recorded.isValid() ? recorded : unrecorded(of(said));
    var properties = UserProperties.builder();
    said.forEach(
        (name, value) -> {
          if (!name.equals(TRACEPARENT) && !name.equals(TRACESTATE)) {
            properties.add(name, value);
          }
        });
    W3CTraceContextPropagator.getInstance()
        .inject(Context.root().with(Span.wrap(goesOn)), properties, UserProperties.Builder::add);
    return properties.build();
  }

  private static SpanContext unrecorded(SpanContext said) {
    if (said.isValid()) {
      return remote(said, TraceFlags.getDefault());
    }
    var random = ThreadLocalRandom.current();
    return SpanContext.create(
        TraceId.fromLongs(random.nextLong(), nonZero(random)),
        SpanId.fromLong(nonZero(random)),
        TraceFlags.getDefault(),
        TraceState.getDefault());
  }

  private static long nonZero(ThreadLocalRandom random) {
    return random.nextLong(1, Long.MAX_VALUE);
  }

  private static SpanContext remote(SpanContext said, TraceFlags flags) {
    return SpanContext.createFromRemoteParent(
        said.getTraceId(), said.getSpanId(), flags, said.getTraceState());
  }
}
