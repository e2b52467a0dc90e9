package io.muster.ingest.endpoint.observe;

import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.Outcome;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Begins a trace for one publish in so many. Which ones is the server's choice alone: a device's
 * trace context is linked to, its sampled flag decides nothing, so that no device can make the
 * endpoint work for it. Thread-safe; costs one comparison when it is off.
 */
public final class PublishTracing {
  private static final String TRACEPARENT = "traceparent";

  private final Tracer tracer;
  private final double ratio;

  /**
   * @param ratio of publishes that are traced, 0 to 1
   */
  public PublishTracing(Tracer tracer, double ratio) {
    this.tracer = tracer;
    this.ratio = ratio > 0 && records(tracer) ? ratio : 0;
  }

  /** Tells a tracer that leads nowhere, before every publish pays for it. */
  private static boolean records(Tracer tracer) {
    var probe = tracer.spanBuilder("endpoint start").startSpan();
    probe.end();
    return probe.getSpanContext().isValid();
  }

  /** The context that goes with the publish: with a span, or the root. */
  public Context begin(DeviceTopic topic, int qos, int bytes, Map<String, String> userProperties) {
    if (ratio == 0 || ThreadLocalRandom.current().nextDouble() >= ratio) {
      return Context.root();
    }
    var span =
        tracer
            .spanBuilder("receive " + topic.getClass().getSimpleName().toLowerCase(Locale.ROOT))
            .setNoParent()
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute("messaging.system", "mqtt")
            .setAttribute("messaging.operation.type", "receive")
            .setAttribute("messaging.destination.name", topic.name())
            .setAttribute("messaging.message.body.size", (long) bytes)
            .setAttribute("messaging.mqtt.qos", (long) qos)
            .setAttribute("muster.tenant", topic.tenant().value());
    topic.device().ifPresent(it -> span.setAttribute("muster.device", it.device().value()));
    link(span, userProperties);
    return Context.root().with(span.startSpan());
  }

  private static void link(SpanBuilder span, Map<String, String> userProperties) {
    if (!userProperties.containsKey(TRACEPARENT)) {
      return;
    }
    var remote =
        W3CTraceContextPropagator.getInstance()
            .extract(Context.root(), userProperties, UserPropertyGetter.INSTANCE);
    span.addLink(Span.fromContext(remote).getSpanContext());
  }

  /** Ends what {@link #begin} began. */
  public void end(Context trace, Outcome outcome) {
    if (trace == Context.root()) {
      return;
    }
    var span = Span.fromContext(trace);
    switch (outcome) {
      case Outcome.Kept kept -> span.setAttribute("muster.outcome", "kept");
      case Outcome.DeadLettered letter ->
          span.setAttribute("muster.outcome", "dead-lettered")
              .setStatus(StatusCode.ERROR, letter.reason().label());
      case Outcome.Refused refused ->
          span.setAttribute("muster.outcome", "refused")
              .setStatus(StatusCode.ERROR, refused.shortage().name());
    }
    span.end();
  }

  private enum UserPropertyGetter implements TextMapGetter<Map<String, String>> {
    INSTANCE;

    @Override
    public Iterable<String> keys(Map<String, String> carrier) {
      return carrier.keySet();
    }

    @Override
    public String get(Map<String, String> carrier, String key) {
      return carrier == null ? null : carrier.get(key);
    }
  }
}
