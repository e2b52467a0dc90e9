package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.smallrye.reactive.messaging.TracingMetadata;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.junit.jupiter.api.Test;

class TracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  private final Tracing tracing =
      new OpenTelemetryTracing(
          OpenTelemetry.propagating(
              ContextPropagators.create(W3CTraceContextPropagator.getInstance())));

  private Metadata received() {
    var message =
        MqttInboundMetadata.builder("channel", "a/b")
            .userProperty("traceparent", PARENT)
            .userProperty("colour", "red")
            .build();
    return tracing.received(Metadata.of(message), message);
  }

  @Test
  void aReceivedMessageGoesOnInTheTraceOfItsPublisher() {
    var context = received().get(TracingMetadata.class).orElseThrow().getCurrentContext();
    assertEquals(TRACE, Span.fromContext(context).getSpanContext().getTraceId());
  }

  @Test
  void aMessageMadeOfItCarriesTheTraceOn() {
    var message = Message.of("answer", received());
    var properties =
        tracing.sending(
            message,
            "c",
            List.of(new UserProperty("traceparent", "old"), new UserProperty("colour", "red")));
    assertEquals(
        List.of(new UserProperty("colour", "red"), new UserProperty("traceparent", PARENT)),
        properties);
  }

  @Test
  void withoutTracingNothingIsTouched() {
    var properties = List.of(new UserProperty("traceparent", "mine"));
    assertEquals(properties, new NoTracing().sending(Message.of("x"), "c", properties));
  }

  @Test
  void tracingIsOffWhenItIsNotWanted() {
    assertInstanceOf(NoTracing.class, Tracing.of(false));
    assertInstanceOf(OpenTelemetryTracing.class, Tracing.of(true));
  }
}
