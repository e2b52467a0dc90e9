package io.muster.localstack;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Spans of time as people type them: {@code 30s}, {@code 5m}, {@code 1h}, or ISO-8601. */
public final class Durations {
  private Durations() {}

  /**
   * @param option for the message
   * @throws UserMistake when it has another form or is not positive
   */
  public static Duration parse(String option, String text) {
    var typed = text.strip().toUpperCase(Locale.ROOT);
    try {
      var iso = typed.startsWith("P") ? typed : typed.endsWith("D") ? "P" + typed : "PT" + typed;
      var duration = Duration.parse(iso);
      if (duration.isPositive()) {
        return duration;
      }
    } catch (DateTimeParseException e) {
      // said below
    }
    throw new UserMistake(option + " is a time such as 30s, 5m or 1h; not “" + text + "”.");
  }
}
