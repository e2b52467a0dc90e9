package io.muster.localstack.replay;

import io.muster.localstack.device.MessageSource;
import java.time.Instant;
import java.util.Optional;

/** The readings of a file, each due when the speed says. */
final class CsvSource implements MessageSource {
  private final CsvReadings readings;
  private final Speed speed;
  private final Instant began;
  private Optional<Reading> next;
  private final Instant first;

  CsvSource(CsvReadings readings, Speed speed, Instant began) {
    this.readings = readings;
    this.speed = speed;
    this.began = began;
    this.next = readNext();
    this.first = next.map(Reading::time).orElse(began);
  }

  @Override
  public Optional<Instant> nextDue() {
    return next.map(reading -> speed.due(began, first, reading.time()));
  }

  @Override
  public byte[] next() {
    var payload = next.orElseThrow().payload();
    next = readNext();
    return payload;
  }

  private Optional<Reading> readNext() {
    return readings.hasNext() ? Optional.of(readings.next()) : Optional.empty();
  }
}
