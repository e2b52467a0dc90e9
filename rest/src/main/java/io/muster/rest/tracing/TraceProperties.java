package io.muster.rest.tracing;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.HashMap;
import java.util.Map;

/** A trace's context (W3C Trace Context), as MQTT 5 user properties carry it. */
public final class TraceProperties {
  private TraceProperties() {}

  /** Of whatever is under way on this thread; none when nothing is traced. */
  public static Map<String, String> current() {
    return of(Context.current());
  }

  /** None when it has no span. */
  public static Map<String, String> of(Context context) {
    Map<String, String> properties = new HashMap<>();
    W3CTraceContextPropagator.getInstance().inject(context, properties, Map::put);
    return properties;
  }

  /** What properties say; an empty context when they say nothing. */
  public static Context context(Map<String, String> properties) {
    return W3CTraceContextPropagator.getInstance()
        .extract(Context.root(), properties, MapGetter.GETTER);
  }
}
