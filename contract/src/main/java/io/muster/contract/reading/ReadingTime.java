package io.muster.contract.reading;

import io.muster.contract.reading.UnreadablePayload.Reason;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/**
 * The time of a reading: ISO-8601 with its offset, or milliseconds since 1970. It is kept in whole
 * microseconds, as PostgreSQL keeps it; finer parts are cut off, towards the past.
 */
final class ReadingTime {
  private static final String EXPECTED =
      "ts must be ISO-8601 with an offset, or milliseconds since 1970";
  private static final int LONGEST_TEXT = 64;
  private static final int NANOS_PER_MICRO = 1_000;

  private ReadingTime() {}

  static Instant toMicroseconds(Instant time) {
    return time.getNano() % NANOS_PER_MICRO == 0 ? time : time.truncatedTo(ChronoUnit.MICROS);
  }

  static Instant ofMilliseconds(long milliseconds) {
    return Instant.ofEpochMilli(milliseconds);
  }

  static Instant ofMilliseconds(double milliseconds) throws UnreadablePayload {
    return ofUnits(milliseconds, 1_000);
  }

  static Instant ofSeconds(double seconds) throws UnreadablePayload {
    return ofUnits(seconds, 1);
  }

  private static Instant ofUnits(double units, int unitsPerSecond) throws UnreadablePayload {
    var micros = units * (1_000_000.0 / unitsPerSecond);
    if (!(Math.abs(micros) < Long.MAX_VALUE)) {
      throw malformed();
    }
    // A tenth more than a microsecond's digits is noise of the binary fraction: round, then cut.
    var whole = (long) Math.floor(micros + 0.001);
    return Instant.ofEpochSecond(
        Math.floorDiv(whole, 1_000_000L), Math.floorMod(whole, 1_000_000L) * NANOS_PER_MICRO);
  }

  static Instant parse(String text) throws UnreadablePayload {
    if (text.length() > LONGEST_TEXT) {
      throw malformed();
    }
    try {
      var usual = usualForm(text);
      if (usual != null) {
        return usual;
      }
      return toMicroseconds(
          OffsetDateTime.parse(text, DateTimeFormatter.ISO_OFFSET_DATE_TIME).toInstant());
    } catch (DateTimeException noTime) {
      throw malformed();
    }
  }

  /** {@code 2026-02-04T17:51:00[.123456]Z}, nearly all there is, at a tenth of the cost. */
  private static Instant usualForm(String text) {
    int n = text.length();
    var separated =
        n >= 20
            && text.charAt(n - 1) == 'Z'
            && text.charAt(4) == '-'
            && text.charAt(7) == '-'
            && text.charAt(10) == 'T'
            && text.charAt(13) == ':'
            && text.charAt(16) == ':'
            && (n == 20 || (text.charAt(19) == '.' && n > 21 && n <= 27));
    if (!separated) {
      return null;
    }
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 7);
    int day = digits(text, 8, 10);
    int hour = digits(text, 11, 13);
    int minute = digits(text, 14, 16);
    int second = digits(text, 17, 19);
    int micros = n == 20 ? 0 : digits(text, 20, n - 1);
    var inRange =
        (year | month | day | hour | minute | second | micros) >= 0
            && (month >= 1 && month <= 12 && day >= 1 && day <= 31)
            && (hour < 24 && minute < 60 && second < 60);
    if (!inRange) {
      return null;
    }
    for (int places = n == 20 ? 6 : n - 21; places < 6; places++) {
      micros *= 10;
    }
    var seconds =
        LocalDate.of(year, month, day).toEpochDay() * 86_400L + hour * 3_600 + minute * 60 + second;
    return Instant.ofEpochSecond(seconds, (long) micros * NANOS_PER_MICRO);
  }

  private static int digits(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  static UnreadablePayload malformed() {
    return new UnreadablePayload(Reason.MALFORMED_TIME, EXPECTED);
  }
}
