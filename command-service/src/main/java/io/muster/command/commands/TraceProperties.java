package io.muster.command.commands;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.HashMap;
import java.util.Map;

/** The current trace, as MQTT 5 user properties carry it. */
public final class TraceProperties {
  private TraceProperties() {}

  /** Of whatever is under way on this thread. */
  public static Map<String, String> current() {
    Map<String, String> properties = new HashMap<>();
    W3CTraceContextPropagator.getInstance().inject(Context.current(), properties, Map::put);
    return properties;
  }
}
