package io.muster.rest.problem;

import io.opentelemetry.api.trace.Span;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** The id under which a request is found again. */
final class TraceId {
  private static final int BYTES = 16;

  private TraceId() {}

  /** The current span's, or a random one of the same form when there is no span. */
  static String current() {
    var context = Span.current().getSpanContext();
    return context.isValid() ? context.getTraceId() : random();
  }

  private static String random() {
    var bytes = new byte[BYTES];
    ThreadLocalRandom.current().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
