package io.muster.ingest.relay;

import io.muster.contract.message.UserProperties;
import io.muster.rest.tracing.MapGetter;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * A message goes on in the trace that it was written in, however much later: its context is in the
 * user properties that were stored with it. Thread-safe.
 */
@ApplicationScoped
class RelayTracing {
  private final OpenTelemetry openTelemetry;

  RelayTracing(OpenTelemetry openTelemetry) {
    this.openTelemetry = openTelemetry;
  }

  Context contextOf(UserProperties userProperties) {
    return openTelemetry
        .getPropagators()
        .getTextMapPropagator()
        .extract(Context.root(), userProperties.asMap(), MapGetter.GETTER);
  }
}
