package io.muster.ingest.endpoint.observe;

import io.muster.contract.message.UserProperties;
import io.muster.contract.reading.TraceMembers;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.tracing.DeviceTrace;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Begins a span for one publish in so many, in the trace that the device named or in a new one.
 * Which ones is the server's choice alone: a device's sampled flag decides nothing, so that no
 * device can make the endpoint work for it. Thread-safe; costs one comparison when it is off.
 */
public final class PublishTracing {
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
  public Context begin(DeviceTopic topic, int qos, byte[] payload, UserProperties userProperties) {
    if (ratio == 0 || ThreadLocalRandom.current().nextDouble() >= ratio) {
      return Context.root();
    }
    var span =
        tracer
            .spanBuilder("receive " + topic.getClass().getSimpleName().toLowerCase(Locale.ROOT))
            .setParent(parent(topic, payload, userProperties))
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute("messaging.system", "mqtt")
            .setAttribute("messaging.operation.type", "receive")
            .setAttribute("messaging.destination.name", topic.name())
            .setAttribute("messaging.message.body.size", (long) payload.length)
            .setAttribute("messaging.mqtt.qos", (long) qos)
            .setAttribute("muster.tenant", topic.tenant().value());
    topic.device().ifPresent(it -> span.setAttribute("muster.device", it.device().value()));
    return Context.root().with(span.startSpan());
  }

  /** What the device said of its trace: in user properties, else among the members of its JSON. */
  private static Context parent(DeviceTopic topic, byte[] payload, UserProperties userProperties) {
    var said = DeviceTrace.of(userProperties);
    if (!said.isValid() && topic instanceof DeviceTopic.Telemetry) {
      said = DeviceTrace.of(TraceMembers.of(payload));
    }
    return DeviceTrace.recorded(said);
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
}
