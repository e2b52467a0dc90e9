package io.muster.ingest.telemetry;

import io.muster.rest.problem.Refusal;
import io.muster.rest.time.TimeParameter;
import java.time.Instant;

/**
 * From when to when.
 *
 * @param from the first moment that belongs to it
 * @param to the first that does not
 */
record TimeRange(Instant from, Instant to) {
  /** Reads two query parameters; each may be missing. */
  static TimeRange of(String from, String to) {
    var range =
        new TimeRange(
            TimeParameter.read("from", from, TimeParameter.EARLIEST),
            TimeParameter.read("to", to, TimeParameter.LATEST));
    if (range.to.isBefore(range.from)) {
      throw Refusal.parameter("to", "is before from");
    }
    return range;
  }
}
