package io.muster.localstack.replay;

import io.muster.localstack.UserMistake;
import java.time.Duration;
import java.time.Instant;

/** How fast a history is replayed. */
sealed interface Speed {
  /** As fast as it is acknowledged. */
  record Fastest() implements Speed {}

  /**
   * So many times faster than it happened.
   *
   * @param factor more than 0
   */
  record Times(double factor) implements Speed {}

  /**
   * @throws UserMistake when it is neither a positive number nor {@code max}
   */
  static Speed parse(String text) {
    if (text.strip().equalsIgnoreCase("max")) {
      return new Fastest();
    }
    try {
      var factor = Double.parseDouble(text.strip());
      if (factor > 0 && Double.isFinite(factor)) {
        return new Times(factor);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UserMistake(
        "--speed is max or how many times faster than it happened, such as 60; not “"
            + text
            + "”.");
  }

  /**
   * When a reading is to be sent.
   *
   * @param began when the replay began
   * @param first the first reading's time
   * @param time this reading's
   */
  default Instant due(Instant began, Instant first, Instant time) {
    return switch (this) {
      case Fastest() -> Instant.EPOCH; // long due
      case Times(var factor) -> {
        var millis = Duration.between(first, time).toMillis() / factor;
        yield began.plusMillis((long) Math.min(millis, Long.MAX_VALUE / 4.0));
      }
    };
  }
}
