package io.muster.benchmarks.accounting;

import java.time.Duration;

/**
 * What a process spent in a round.
 *
 * @param process its name
 * @param cpu processor time, user and system
 * @param peakBytes the most memory seen
 */
public record Cost(String process, Duration cpu, long peakBytes) {

  /**
   * Processor seconds for 100,000 messages.
   *
   * @param messages of the round, above 0
   */
  public double secondsPer100k(long messages) {
    return cpu.toMillis() / 1e3 * 100_000 / messages;
  }
}
