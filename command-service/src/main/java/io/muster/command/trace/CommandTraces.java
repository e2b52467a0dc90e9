package io.muster.command.trace;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.message.UserProperties;
import io.muster.rest.tracing.TraceProperties;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * One trace from the request to the device's answer. A command keeps the trace of what caused it:
 * the device is told of it, and its answer comes back into it by the command's id, whether the
 * device tells of a trace or not. Thread-safe.
 */
@ApplicationScoped
public class CommandTraces {
  private static final String TRACEPARENT = "traceparent";
  private static final String TRACESTATE = "tracestate";
  private static final String OF_COMMANDS =
      """
      SELECT id, traceparent, tracestate FROM command
       WHERE id = ANY ($1) AND traceparent IS NOT NULL\
      """;

  private final Tracer tracer;

  CommandTraces(Tracer tracer) {
    this.tracer = tracer;
  }

  /** An answer and the trace that it belongs to. */
  public record Traced(AnsweredCommand answer, Map<String, String> trace) {}

  /** Takes a message to the broker within a span of its command's trace. */
  public Uni<Void> sending(OutboxEvent event, Uni<Void> work) {
    if (event.userProperties().get(TRACEPARENT) == null) {
      return work;
    }
    return Uni.createFrom()
        .deferred(
            () -> {
              var span =
                  tracer
                      .spanBuilder("send command")
                      .setParent(TraceProperties.context(event.userProperties().asMap()))
                      .setSpanKind(SpanKind.PRODUCER)
                      .setAttribute("messaging.system", "mqtt")
                      .setAttribute("messaging.operation.type", "send")
                      .setAttribute("messaging.destination.name", event.topic())
                      .setAttribute("messaging.message.body.size", (long) event.payload().length)
                      .startSpan();
              return work.onFailure()
                  .invoke(failure -> span.setStatus(StatusCode.ERROR))
                  .onTermination()
                  .invoke(span::end);
            });
  }

  /** The traces of what was answered, read in the transaction of the answers. */
  public Uni<List<Traced>> find(SqlConnection db, List<AnsweredCommand> answers) {
    if (answers.isEmpty()) {
      return Uni.createFrom().item(List.of());
    }
    var ids = answers.stream().map(AnsweredCommand::command).toArray(UUID[]::new);
    var byId = answers.stream().collect(Collectors.groupingBy(AnsweredCommand::command));
    return db.preparedQuery(OF_COMMANDS)
        .execute(Tuple.of((Object) ids))
        .map(
            rows -> {
              List<Traced> traced = new ArrayList<>(rows.size());
              for (var row : rows) {
                var trace = trace(row.getString(1), row.getString(2));
                byId.get(row.getUUID(0)).forEach(it -> traced.add(new Traced(it, trace)));
              }
              return traced;
            });
  }

  /** After the commit: each answer is a span of its command's trace. */
  public void answered(List<Traced> answers) {
    answers.forEach(it -> answered(it.answer(), TraceProperties.context(it.trace())));
  }

  private void answered(AnsweredCommand it, Context command) {
    var span =
        tracer
            .spanBuilder("receive answer")
            .setParent(command)
            .setSpanKind(SpanKind.CONSUMER)
            .setStartTimestamp(it.at())
            .setAttribute("messaging.system", "mqtt")
            .setAttribute("messaging.operation.type", "receive")
            .setAttribute("muster.tenant", it.device().tenant().value())
            .setAttribute("muster.device", it.device().device().value())
            .setAttribute("muster.command", it.command().toString())
            .setAttribute("muster.status", it.status());
    var said = Span.fromContext(TraceProperties.context(carried(it.properties()))).getSpanContext();
    if (said.isValid()) {
      span.addLink(said);
    }
    span.startSpan().end();
  }

  private static Map<String, String> carried(UserProperties properties) {
    return trace(properties.get(TRACEPARENT), properties.get(TRACESTATE));
  }

  private static Map<String, String> trace(String parent, String state) {
    if (parent == null) {
      return Map.of();
    }
    return state == null
        ? Map.of(TRACEPARENT, parent)
        : Map.of(TRACEPARENT, parent, TRACESTATE, state);
  }
}
