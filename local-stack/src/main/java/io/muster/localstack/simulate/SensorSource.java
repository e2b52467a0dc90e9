package io.muster.localstack.simulate;

import io.muster.localstack.device.MessageSource;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A sensor that reads at fixed times, also while it is not connected: what it could not send yet it
 * sends later, up to a bound; beyond that the oldest readings are given up. Used by one thread.
 */
final class SensorSource implements MessageSource {
  /** What such a device has memory for. */
  private static final int MOST_KEPT = 120;

  private final Climate climate;
  private final RandomGenerator random;
  private final Duration interval;
  private final Share bad;
  private final Clock clock;
  private final Instant end;
  private Instant due;

  /**
   * @param first its first reading's time
   * @param end no reading after that
   */
  SensorSource(
      Climate climate,
      RandomGenerator random,
      MessageRate rate,
      Share bad,
      Clock clock,
      Instant first,
      Instant end) {
    this.climate = climate;
    this.random = random;
    this.interval = rate.interval();
    this.bad = bad;
    this.clock = clock;
    this.due = first;
    this.end = end;
  }

  @Override
  public Optional<Instant> nextDue() {
    var oldestKept = clock.instant().minus(interval.multipliedBy(MOST_KEPT));
    if (due.isBefore(oldestKept)) {
      due = oldestKept;
    }
    return due.isBefore(end) ? Optional.of(due) : Optional.empty();
  }

  @Override
  public byte[] next() {
    var text = random.nextDouble() < bad.value() ? BadPayload.any(random) : climate.reading(due);
    due = due.plus(interval);
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
