package io.muster.ingest.telemetry;

import io.muster.rest.problem.Refusal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * Spans of equal length, one of which begins at 1970-01-01T00:00:00Z.
 *
 * @param length whole microseconds
 */
record Bucket(Duration length) {
  private static final Pattern WEEKS = Pattern.compile("P([0-9]{1,3})W");
  private static final Duration LONGEST = Duration.ofDays(3_660);
  private static final long NANOS_PER_MICRO = 1_000;
  private static final String EXPECTED =
      "is no ISO-8601 duration of a fixed length, from PT0.000001S to P3660D, as PT15M, P1D or P1W";

  /** Reads a query parameter. */
  static Bucket of(String text) {
    try {
      var weeks = WEEKS.matcher(text);
      var length =
          weeks.matches()
              ? Duration.ofDays(7 * Long.parseLong(weeks.group(1)))
              : Duration.parse(text);
      var fits =
          length.isPositive()
              && length.compareTo(LONGEST) <= 0
              && length.getNano() % NANOS_PER_MICRO == 0;
      if (fits) {
        return new Bucket(length);
      }
    } catch (DateTimeException notADuration) {
      throw Refusal.parameter("bucket", EXPECTED);
    }
    throw Refusal.parameter("bucket", EXPECTED);
  }

  /** The beginning of the bucket that holds the time. */
  Instant startOf(Instant time) {
    var micros = Math.addExact(time.getEpochSecond() * 1_000_000, time.getNano() / NANOS_PER_MICRO);
    var lengthMicros = length.toNanos() / NANOS_PER_MICRO;
    var start = Math.floorDiv(micros, lengthMicros) * lengthMicros;
    return Instant.ofEpochSecond(
        Math.floorDiv(start, 1_000_000L), Math.floorMod(start, 1_000_000L) * NANOS_PER_MICRO);
  }

  Instant endOf(Instant start) {
    return start.plus(length);
  }
}
