package io.muster.mqtt;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.instrumentation.api.instrumenter.AttributesExtractor;
import io.opentelemetry.instrumentation.api.instrumenter.Instrumenter;
import io.opentelemetry.instrumentation.api.instrumenter.InstrumenterBuilder;
import io.smallrye.reactive.messaging.TracingMetadata;
import jakarta.enterprise.inject.spi.CDI;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;

/** Spans by OpenTelemetry's instrumenter; loaded only where it is there. */
final class OpenTelemetryTracing implements Tracing {
  private static final String SCOPE = "io.muster.mqtt";

  private final Instrumenter<Traced, Void> receiving;
  private final Instrumenter<Traced, Void> sending;

  OpenTelemetryTracing(OpenTelemetry openTelemetry) {
    receiving = builder(openTelemetry, "receive").buildConsumerInstrumenter(new Reader());
    sending = builder(openTelemetry, "publish").buildProducerInstrumenter(new Writer());
  }

  static OpenTelemetryTracing create() {
    return new OpenTelemetryTracing(openTelemetry());
  }

  /** The application's bean; what is set globally where there is no container or no bean. */
  private static OpenTelemetry openTelemetry() {
    try {
      var bean = CDI.current().select(OpenTelemetry.class);
      return bean.isResolvable() ? bean.get() : GlobalOpenTelemetry.get();
    } catch (IllegalStateException noContainer) {
      return GlobalOpenTelemetry.get();
    }
  }

  private static InstrumenterBuilder<Traced, Void> builder(
      OpenTelemetry openTelemetry, String operation) {
    return Instrumenter.<Traced, Void>builder(
            openTelemetry, SCOPE, traced -> traced.spanName(operation))
        .addAttributesExtractor(new Attributes(operation));
  }

  /** A message as its span sees it; the properties are written to when it is sent. */
  private record Traced(String channel, String topic, List<UserProperty> userProperties) {
    /** Names carry the channel, not the topic: device ids would make a name for each device. */
    String spanName(String operation) {
      return channel + " " + operation;
    }
  }

  @Override
  public Metadata received(Metadata metadata, MqttInboundMetadata message) {
    var parent = Context.root();
    var traced = new Traced(message.channel(), message.topic(), message.userProperties());
    if (!receiving.shouldStart(parent, traced)) {
      return metadata;
    }
    var span = receiving.start(parent, traced);
    receiving.end(span, traced, null, null);
    return metadata.with(TracingMetadata.with(span, parent));
  }

  @Override
  public List<UserProperty> sending(
      Message<?> message, String topic, List<UserProperty> userProperties) {
    var parent =
        TracingMetadata.fromMessage(message)
            .map(TracingMetadata::getCurrentContext)
            .orElseGet(Context::current);
    var traced = new Traced("mqtt", topic, new ArrayList<>(userProperties));
    if (!sending.shouldStart(parent, traced)) {
      return userProperties;
    }
    var span = sending.start(parent, traced);
    sending.end(span, traced, null, null);
    return traced.userProperties();
  }

  /** OpenTelemetry's semantic conventions for messaging. */
  private record Attributes(String operation) implements AttributesExtractor<Traced, Void> {
    @Override
    public void onStart(AttributesBuilder attributes, Context parent, Traced traced) {
      attributes.put("messaging.system", "mqtt");
      attributes.put("messaging.operation", operation);
      attributes.put("messaging.destination.name", traced.topic());
    }

    @Override
    public void onEnd(
        AttributesBuilder attributes,
        Context context,
        Traced traced,
        Void response,
        Throwable failure) {}
  }

  private static final class Reader implements TextMapGetter<Traced> {
    @Override
    public Iterable<String> keys(Traced traced) {
      return traced.userProperties().stream().map(UserProperty::name).toList();
    }

    @Override
    public String get(Traced traced, String key) {
      for (var property : traced.userProperties()) {
        if (property.name().equals(key)) {
          return property.value();
        }
      }
      return null;
    }
  }

  private static final class Writer implements TextMapSetter<Traced> {
    @Override
    public void set(Traced traced, String key, String value) {
      traced.userProperties().removeIf(property -> property.name().equals(key));
      traced.userProperties().add(new UserProperty(key, value));
    }
  }
}
