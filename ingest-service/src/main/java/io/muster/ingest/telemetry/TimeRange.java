package io.muster.ingest.telemetry;

import io.muster.rest.problem.Refusal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * From when to when.
 *
 * @param from the first moment that belongs to it
 * @param to the first that does not
 */
record TimeRange(Instant from, Instant to) {
  /** What PostgreSQL and every calendar can hold. */
  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

  /** Reads two query parameters; each may be missing. */
  static TimeRange of(String from, String to) {
    var range = new TimeRange(time("from", from, EARLIEST), time("to", to, LATEST));
    if (range.to.isBefore(range.from)) {
      throw Refusal.parameter("to", "is before from");
    }
    return range;
  }

  private static Instant time(String name, String text, Instant otherwise) {
    if (text == null) {
      return otherwise;
    }
    try {
      // A plus that was not escaped in the query has become a space.
      var time = OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
      return time.isBefore(EARLIEST) ? EARLIEST : time.isAfter(LATEST) ? LATEST : time;
    } catch (DateTimeException notATime) {
      throw Refusal.parameter(name, "is no ISO-8601 time with an offset, as 2026-01-31T12:00:00Z");
    }
  }
}
