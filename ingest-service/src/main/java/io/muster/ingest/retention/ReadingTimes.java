package io.muster.ingest.retention;

import io.muster.ingest.intake.DeadLetterReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Which times a reading may have.
 *
 * @param earliest readings from before are never kept
 * @param keptFor how long readings are kept; empty for ever
 * @param ahead how far ahead of its arrival a reading may be
 */
public record ReadingTimes(Instant earliest, Optional<Duration> keptFor, Duration ahead) {

  public static ReadingTimes of(RetentionConfig config) {
    return new ReadingTimes(config.earliest(), config.telemetry(), config.ahead());
  }

  /** Why a reading of that time is not kept, or null. */
  public DeadLetterReason refusal(Instant time, Instant receivedAt) {
    if (time.isAfter(receivedAt.plus(ahead))) {
      return DeadLetterReason.IN_THE_FUTURE;
    }
    var tooOld =
        time.isBefore(earliest)
            || keptFor.map(it -> time.isBefore(receivedAt.minus(it))).orElse(false);
    return tooOld ? DeadLetterReason.TOO_OLD : null;
  }
}
