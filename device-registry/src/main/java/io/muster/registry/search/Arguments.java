package io.muster.registry.search;

import io.muster.registry.search.FilterField.UnfitComparisonException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the words of a filter mean to a field of a kind. */
final class Arguments {
  /** RFC 8259 §6. */
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9]\\d{0,39})(\\.\\d{1,40})?([eE][+-]?\\d{1,3})?");

  /** Java has times of years that PostgreSQL has not. */
  private static final int LAST_YEAR = 9_999;

  private Arguments() {}

  /** PostgreSQL takes no NUL. */
  static String storable(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new UnfitComparisonException("holds a NUL, which no value has");
    }
    return text;
  }

  static boolean bool(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new UnfitComparisonException("is to be compared with true or false");
    };
  }

  /** The number that it is in JSON, if it is one. */
  static Optional<BigDecimal> number(String text) {
    return NUMBER.matcher(text).matches() ? Optional.of(new BigDecimal(text)) : Optional.empty();
  }

  static OffsetDateTime time(String text) {
    try {
      var time = OffsetDateTime.parse(text);
      if (time.getYear() >= 0 && time.getYear() <= LAST_YEAR) {
        return time;
      }
    } catch (DateTimeException notTime) {
      // Said below.
    }
    throw new UnfitComparisonException(
        "is to be compared with a time as 2026-11-25T08:00:00Z (ISO 8601, with its offset)");
  }
}
