package io.muster.command.schedules;

import io.muster.rest.tracing.TraceProperties;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.function.Function;

/** Each firing begins a trace, which goes on at the device. Thread-safe. */
@ApplicationScoped
class FiringTrace {
  private final Tracer tracer;

  FiringTrace(Tracer tracer) {
    this.tracer = tracer;
  }

  /**
   * Does it within a span of its own.
   *
   * @param work gets the trace as MQTT 5 user properties carry it; nothing when none is made
   */
  Uni<Void> within(Schedule schedule, Function<Map<String, String>, Uni<Void>> work) {
    return Uni.createFrom()
        .deferred(
            () -> {
              var span =
                  tracer
                      .spanBuilder("schedule fires")
                      .setNoParent()
                      .setAttribute("muster.tenant", schedule.tenant().value())
                      .setAttribute("muster.schedule", schedule.id().toString())
                      .startSpan();
              var values = TraceProperties.of(Context.root().with(span));
              return Uni.createFrom()
                  .deferred(() -> work.apply(values))
                  .onFailure()
                  .invoke(failure -> span.setStatus(StatusCode.ERROR))
                  .onTermination()
                  .invoke(span::end);
            });
  }
}
