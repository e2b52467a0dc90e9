package io.muster.localstack.replay;

import io.muster.localstack.UserMistake;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The time in a CSV cell: ISO-8601 with or without an offset, with T or a blank; a date; or an
 * epoch time in milliseconds (13 digits or so) or seconds (10 digits). Without an offset it is UTC.
 */
final class Timestamp {
  /** What the services keep, as every calendar and PostgreSQL can. */
  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");
  private static final long FIRST_IN_MILLISECONDS = 100_000_000_000L; // as seconds: the year 5138

  private Timestamp() {}

  /**
   * @param place of the cell, for the message
   * @throws UserMistake when it is no time
   */
  static Instant parse(String text, String place) {
    var trimmed = text.strip();
    if (trimmed.isEmpty()) {
      throw new UserMistake(place + " is empty, and each reading needs its time.");
    }
    return read(trimmed)
        .filter(time -> !time.isBefore(EARLIEST) && !time.isAfter(LATEST))
        .orElseThrow(
            () ->
                new UserMistake(
                    "%s holds “%s”, which is no time. Use ISO-8601 such as 2026-02-04T17:51:00Z, or epoch milliseconds."
                        .formatted(place, trimmed)));
  }

  private static Optional<Instant> read(String trimmed) {
    if (trimmed.matches("-?\\d{1,16}")) {
      var number = Long.parseLong(trimmed);
      return Optional.of(
          Math.abs(number) >= FIRST_IN_MILLISECONDS
              ? Instant.ofEpochMilli(number)
              : Instant.ofEpochSecond(number));
    }
    var iso = trimmed.replaceFirst("^(\\d{4}-\\d\\d-\\d\\d) +", "$1T");
    return Stream.<Function<String, Instant>>of(
            form -> OffsetDateTime.parse(form).toInstant(),
            form -> LocalDateTime.parse(form).toInstant(ZoneOffset.UTC),
            form -> LocalDate.parse(form).atStartOfDay(ZoneOffset.UTC).toInstant())
        .flatMap(form -> tried(form, iso).stream())
        .findFirst();
  }

  private static Optional<Instant> tried(Function<String, Instant> form, String text) {
    try {
      return Optional.of(form.apply(text));
    } catch (DateTimeException otherForm) {
      return Optional.empty();
    }
  }
}
