package io.muster.benchmarks;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How often and how long is measured. */
final class RoundOptions {
  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "of each (default ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--duration",
      defaultValue = "20s",
      converter = DurationConverter.class,
      description = "of a round (default ${DEFAULT-VALUE})")
  private Duration duration;

  @Option(
      names = "--warm-up",
      converter = DurationConverter.class,
      description = "of each before the first round (default 10s; of commands 60s)")
  private Duration warmUp;

  int rounds() {
    return rounds;
  }

  Duration duration() {
    return duration;
  }

  Duration warmUp() {
    return warmUp(Duration.ofSeconds(10));
  }

  /**
   * @param usual when nothing is said
   */
  Duration warmUp(Duration usual) {
    return warmUp == null ? usual : warmUp;
  }

  /** For the report. */
  String describe() {
    return "%d rounds of %d s of each, in turn; each begins with an empty table after a checkpoint"
        .formatted(rounds, duration.toSeconds());
  }
}
