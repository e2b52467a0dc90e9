package io.muster.rest.tracing;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Map;

/** Reads a map, for example of user properties, as a propagator wants it read. */
public enum MapGetter implements TextMapGetter<Map<String, String>> {
  GETTER;

  @Override
  public Iterable<String> keys(Map<String, String> carrier) {
    return carrier.keySet();
  }

  @Override
  public String get(Map<String, String> carrier, String key) {
    return carrier == null ? null : carrier.get(key);
  }
}
