package io.muster.rest.time;

import io.muster.rest.problem.Refusal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** A time in a query. Stateless. */
public final class TimeParameter {
  /** What PostgreSQL and every calendar can hold. */
  public static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

  public static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

  private TimeParameter() {}

  /**
   * Reads a parameter.
   *
   * @param name of it, for the sender of what is no time
   * @param otherwise what it is when it is missing
   * @return within {@link #EARLIEST} and {@link #LATEST}
   */
  public static Instant read(String name, String text, Instant otherwise) {
    if (text == null) {
      return otherwise;
    }
    try {
      // A plus that was not escaped in the query has become a space.
      var time = OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
      return time.isBefore(EARLIEST) ? EARLIEST : time.isAfter(LATEST) ? LATEST : time;
    } catch (DateTimeException notATime) {
      throw Refusal.parameter(name, "must be ISO-8601 with an offset, as 2026-01-31T12:00:00Z");
    }
  }
}
