package io.muster.ingest.endpoint.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Outcome;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PublishTracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final String UNSAMPLED = "00-" + TRACE + "-" + SPAN + "-00";
  private static final DeviceTopic TOPIC = DeviceTopic.parse("telemetry/acme/boiler").orElseThrow();

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final SdkTracerProvider provider =
      SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(exporter)).build();
  private final Tracer tracer = provider.get("test");

  @AfterEach
  void close() {
    provider.close();
  }

  private SpanData traced(String payload, UserProperties properties, Outcome outcome) {
    var tracing = new PublishTracing(tracer, 1);
    exporter.reset();
    tracing.end(tracing.begin(TOPIC, 1, payload.getBytes(UTF_8), properties), outcome);
    return exporter.getFinishedSpanItems().getFirst();
  }

  @Test
  void goesOnInTheTraceOfADevicesUserProperties() {
    var span = traced("{}", UserProperties.of("traceparent", UNSAMPLED), Outcome.kept());
    assertEquals(TRACE, span.getTraceId());
    assertEquals(SPAN, span.getParentSpanId());
  }

  @Test
  void goesOnInTheTraceThatADeviceWithoutUserPropertiesPutIntoItsJson() {
    var span =
        traced(
            "{\"t\":1,\"traceparent\":\"" + UNSAMPLED + "\"}", UserProperties.NONE, Outcome.kept());
    assertEquals(TRACE, span.getTraceId());
    assertEquals(SPAN, span.getParentSpanId());
  }

  @Test
  void startsATraceForADeviceThatNamedNone() {
    var span = traced("{\"t\":1}", UserProperties.NONE, Outcome.kept());
    assertEquals(SpanId.getInvalid(), span.getParentSpanId());
  }

  @Test
  void saysWhatBecameOfTheMessage() {
    var span = traced("x", UserProperties.NONE, Outcome.deadLettered(DeadLetterReason.MALFORMED));
    assertEquals(StatusCode.ERROR, span.getStatus().getStatusCode());
    assertEquals("malformed", span.getStatus().getDescription());
  }

  @Test
  void recordsNothingForASampledFlagWhenTheServerTracesNothing() {
    var tracing = new PublishTracing(tracer, 0);
    var properties = UserProperties.of("traceparent", "00-" + TRACE + "-" + SPAN + "-01");
    assertSame(Context.root(), tracing.begin(TOPIC, 1, "{}".getBytes(UTF_8), properties));
    assertFalse(
        exporter.getFinishedSpanItems().stream().anyMatch(it -> it.getTraceId().equals(TRACE)));
  }
}
