package io.muster.localstack.simulate;

import io.muster.localstack.Durations;
import io.muster.localstack.UserMistake;
import java.time.Duration;

/**
 * How often each device sends.
 *
 * @param interval between two readings
 */
record MessageRate(Duration interval) {
  private static final Duration SHORTEST = Duration.ofMillis(1);

  /**
   * Reads {@code 1/s}, {@code 10/m}, {@code 1/30s}.
   *
   * @throws UserMistake when it has another form or is more than 1000 a second
   */
  static MessageRate parse(String text) {
    var parts = text.strip().split("/", 2);
    if (parts.length == 2) {
      var span = parts[1].strip(); // “s” means “1s”
      var every = Durations.parse("--rate", span.matches("\\d.*") ? span : "1" + span);
      var interval = interval(parts[0].strip(), every);
      if (interval.compareTo(SHORTEST) >= 0) {
        return new MessageRate(interval);
      }
    }
    throw mistaken(text);
  }

  private static Duration interval(String count, Duration every) {
    try {
      var number = Double.parseDouble(count);
      return number > 0 ? Duration.ofNanos((long) (every.toNanos() / number)) : Duration.ZERO;
    } catch (NumberFormatException e) {
      return Duration.ZERO;
    }
  }

  private static UserMistake mistaken(String text) {
    return new UserMistake(
        "--rate is how often each device sends, such as 1/s, 10/m or 1/30s, at most 1000/s; not “"
            + text
            + "”.");
  }
}
