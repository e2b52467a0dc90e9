package io.muster.localstack.observe.traces;

import java.util.Comparator;
import java.util.Map;

/**
 * One step of a trace.
 *
 * @param service {@code service.name} of the process
 * @param traceId in hexadecimal, as are the others
 * @param parentId empty for none
 * @param startNanos since 1970
 * @param endNanos since 1970
 * @param failed whether its status says so
 * @param attributes as texts
 */
public record Span(
    String service,
    String traceId,
    String spanId,
    String parentId,
    String name,
    long startNanos,
    long endNanos,
    boolean failed,
    Map<String, String> attributes) {

  /** Those that begin first, and of those that begin together the longer ones. */
  static final Comparator<Span> BY_TIME =
      Comparator.comparingLong(Span::startNanos)
          .thenComparing(Comparator.comparingLong(Span::endNanos).reversed());

  public Span {
    attributes = Map.copyOf(attributes);
  }

  /** In nanoseconds; never negative, whatever two clocks say. */
  long duration() {
    return Math.max(0, endNanos - startNanos);
  }

  /** Whether a text is in its name, its service or its attributes. */
  boolean mentions(String text) {
    return name.contains(text)
        || service.contains(text)
        || attributes.values().stream().anyMatch(value -> value.contains(text));
  }
}
