package io.muster.contract.reading;

import java.util.List;

/**
 * What a telemetry message holds.
 *
 * @param readings at least one, in the order of the message
 * @param traceparent W3C trace context that a device put among the members of its JSON, or null
 * @param tracestate the same
 */
public record Decoded(List<Reading> readings, String traceparent, String tracestate) {
  public Decoded {
    readings = List.copyOf(readings);
  }
}
