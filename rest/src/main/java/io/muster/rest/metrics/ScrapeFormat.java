package io.muster.rest.metrics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The formats in which metrics are to be had. */
enum ScrapeFormat {
  /** The only one with exemplars, which lead from a point of a dashboard to a trace. */
  OPEN_METRICS("application/openmetrics-text", "1.0.0"),
  TEXT("text/plain", "0.0.4");

  private static final String BROWSER = "text/html";

  private final String type;
  private final String version;

  ScrapeFormat(String type, String version) {
    this.type = type;
    this.version = version;
  }

  /** Its media type, without parameters. */
  String type() {
    return type;
  }

  /**
   * The one that is wanted most; empty when it is none of them.
   *
   * @param accept the header; null when there is none
   */
  static Optional<ScrapeFormat> wanted(String accept) {
    if (accept == null || accept.isBlank()) {
      return Optional.of(OPEN_METRICS);
    }
    var ranges = MediaRange.all(accept);
    return Arrays.stream(values())
        .map(it -> it.among(ranges))
        .filter(it -> it.weight() > 0)
        .max(preference(ranges))
        .map(Want::format);
  }

  /** Of equals, what a browser shows instead of keeping it as a file, for a browser. */
  private static Comparator<Want> preference(List<MediaRange> ranges) {
    var plain = ranges.stream().anyMatch(it -> it.type().equals(BROWSER)) ? TEXT : OPEN_METRICS;
    return Comparator.comparingDouble(Want::weight)
        .thenComparingInt(Want::closeness)
        .thenComparing(it -> it.format() == plain);
  }

  /** The range that fits most closely says how much it is wanted (RFC 9110 §12.5.1). */
  private Want among(List<MediaRange> ranges) {
    return ranges.stream()
        .map(it -> new Want(this, it.closeness(type, version), it.weight()))
        .filter(it -> it.closeness() > 0)
        .max(Comparator.comparingInt(Want::closeness))
        .orElse(new Want(this, 0, 0));
  }

  private record Want(ScrapeFormat format, int closeness, double weight) {}
}
