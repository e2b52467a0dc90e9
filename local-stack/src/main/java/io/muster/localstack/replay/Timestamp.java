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
  private static final long FIRST_IN_MILLISECONDS = 100_000_000_000L; // as seconds: the year 5138

  private Timestamp() {}

  /**
   * @param line for the message
   * @throws UserMistake when it is no time
   */
  static Instant parse(String text, long line) {
    var trimmed = text.strip();
    if (trimmed.matches("-?\\d{1,16}")) {
      var number = Long.parseLong(trimmed);
      return Math.abs(number) >= FIRST_IN_MILLISECONDS
          ? Instant.ofEpochMilli(number)
          : Instant.ofEpochSecond(number);
    }
    var iso = trimmed.replaceFirst("^(\\d{4}-\\d\\d-\\d\\d) +", "$1T");
    return Stream.<Function<String, Instant>>of(
            form -> OffsetDateTime.parse(form).toInstant(),
            form -> LocalDateTime.parse(form).toInstant(ZoneOffset.UTC),
            form -> LocalDate.parse(form).atStartOfDay(ZoneOffset.UTC).toInstant())
        .flatMap(form -> tried(form, iso).stream())
        .findFirst()
        .orElseThrow(
            () ->
                new UserMistake(
                    "Line %d: “%s” is no time. Use ISO-8601 such as 2026-02-04T17:51:00Z, or epoch milliseconds."
                        .formatted(line, trimmed)));
  }

  private static Optional<Instant> tried(Function<String, Instant> form, String text) {
    try {
      return Optional.of(form.apply(text));
    } catch (DateTimeException otherForm) {
      return Optional.empty();
    }
  }
}
