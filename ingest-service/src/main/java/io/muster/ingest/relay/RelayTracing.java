package io.muster.ingest.relay;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;

/**
 * A message goes on in the trace that it was written in, however much later: its context is in the
 * user properties that were stored with it. Thread-safe.
 */
@ApplicationScoped
class RelayTracing {
  private static final TextMapGetter<Map<String, String>> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> properties) {
          return properties.keySet();
        }

        @Override
        public String get(Map<String, String> properties, String key) {
          return properties == null ? null : properties.get(key);
        }
      };

  private final OpenTelemetry openTelemetry;

  RelayTracing(OpenTelemetry openTelemetry) {
    this.openTelemetry = openTelemetry;
  }

  Context contextOf(Map<String, String> userProperties) {
    return openTelemetry
        .getPropagators()
        .getTextMapPropagator()
        .extract(Context.root(), userProperties, GETTER);
  }
}
