package io.muster.ingest.problem;

import io.opentelemetry.api.trace.Span;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** The id under which a request is found again. */
final class TraceId {
  private static final int BYTES = 16;

  private TraceId() {}

  /** The current span's, or a random one of the same form when there is no span. */
  static String current() {
    var span = Span.current().getSpanContext();
    if (span.isValid()) {
      return span.getTraceId();
    }
    var bytes = new byte[BYTES];
    ThreadLocalRandom.current().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
