package io.muster.localstack.observe.traces;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads spans as services send them: an {@code ExportTraceServiceRequest} of OTLP in protobuf
 * (opentelemetry-proto 1.x, {@code trace.proto}, {@code common.proto}).
 */
final class OtlpSpans {
  private static final int STATUS_ERROR = 2;
  private static final int LONGEST_VALUE = 1_000;

  private OtlpSpans() {}

  /**
   * @throws IllegalArgumentException when it is none
   */
  static List<Span> in(byte[] request) {
    var spans = new ArrayList<Span>();
    for (var fields = ProtoFields.of(request); fields.next(); ) {
      if (fields.number() == 1) {
        addOfResource(fields.message(), spans);
      }
    }
    return spans;
  }

  /** A resource's description may come before or after its spans. */
  private static void addOfResource(ProtoFields resource, List<Span> spans) {
    var scopes = new ArrayList<ProtoFields>();
    var service = "";
    while (resource.next()) {
      switch (resource.number()) {
        case 1 -> service = service(resource.message());
        case 2 -> scopes.add(resource.message());
        default -> {}
      }
    }
    for (var scope : scopes) {
      while (scope.next()) {
        if (scope.number() == 2) {
          spans.add(span(service, scope.message()));
        }
      }
    }
  }

  private static String service(ProtoFields resource) {
    var attributes = new HashMap<String, String>();
    while (resource.next()) {
      if (resource.number() == 1) {
        addAttribute(resource.message(), attributes);
      }
    }
    return attributes.getOrDefault("service.name", "unknown");
  }

  private static Span span(String service, ProtoFields fields) {
    var traceId = "";
    var spanId = "";
    var parentId = "";
    var name = "";
    var start = 0L;
    var end = 0L;
    var failed = false;
    var attributes = new HashMap<String, String>();
    while (fields.next()) {
      switch (fields.number()) {
        case 1 -> traceId = fields.hex();
        case 2 -> spanId = fields.hex();
        case 4 -> parentId = fields.hex();
        case 5 -> name = cut(fields.text());
        case 7 -> start = fields.scalar();
        case 8 -> end = fields.scalar();
        case 9 -> addAttribute(fields.message(), attributes);
        case 15 -> failed = isError(fields.message());
        default -> {}
      }
    }
    if (traceId.isEmpty() || spanId.isEmpty()) {
      throw new IllegalArgumentException("a span without an id");
    }
    return new Span(service, traceId, spanId, parentId, name, start, end, failed, attributes);
  }

  private static boolean isError(ProtoFields status) {
    var error = false;
    while (status.next()) {
      error |= status.number() == 3 && status.scalar() == STATUS_ERROR;
    }
    return error;
  }

  private static void addAttribute(ProtoFields pair, Map<String, String> attributes) {
    var key = "";
    var value = "";
    while (pair.next()) {
      switch (pair.number()) {
        case 1 -> key = pair.text();
        case 2 -> value = value(pair.message());
        default -> {}
      }
    }
    attributes.put(cut(key), cut(value));
  }

  /** What is a list or a map within is left out. */
  private static String value(ProtoFields any) {
    var value = "";
    while (any.next()) {
      value =
          switch (any.number()) {
            case 1 -> any.text();
            case 2 -> Boolean.toString(any.scalar() != 0);
            case 3 -> Long.toString(any.scalar());
            case 4 -> Double.toString(Double.longBitsToDouble(any.scalar()));
            default -> "…";
          };
    }
    return value;
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "…";
  }
}
