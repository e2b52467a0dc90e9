package io.muster.mqtt;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 500ms}, {@code 10s}, {@code 5m}, {@code 24h}, ISO-8601.
 */
final class Durations {
  private static final Pattern SHORT = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)");

  private Durations() {}

  static Duration parse(String channel, String attribute, String text) {
    var trimmed = text.strip();
    var matcher = SHORT.matcher(trimmed);
    if (matcher.matches()) {
      return ofUnit(Long.parseLong(matcher.group(1)), matcher.group(2));
    }
    try {
      var duration = Duration.parse(trimmed);
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeParseException notIso) {
      // Told below, with the name of the attribute.
    }
    throw Invalid.attribute(channel, attribute, "is no duration such as 500ms, 10s, 5m or PT1H");
  }

  private static Duration ofUnit(long amount, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }
}
