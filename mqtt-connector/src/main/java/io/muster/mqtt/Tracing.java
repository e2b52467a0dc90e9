package io.muster.mqtt;

import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;

/** Carries W3C trace context in user properties (W3C Trace Context for MQTT). */
interface Tracing {
  /** Begins a span for a received message and adds it to its metadata. */
  Metadata received(Metadata metadata, MqttInboundMetadata message);

  /** Begins a span for a message to send; returns its user properties with the trace context. */
  List<UserProperty> sending(Message<?> message, String topic, List<UserProperty> userProperties);

  /** OpenTelemetry's where it is wanted and there, else none. */
  static Tracing of(boolean wanted) {
    return wanted
            && Optionals.present("io.opentelemetry.instrumentation.api.instrumenter.Instrumenter")
        ? OpenTelemetryTracing.create()
        : new NoTracing();
  }
}
