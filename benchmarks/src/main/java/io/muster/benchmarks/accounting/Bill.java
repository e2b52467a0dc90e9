package io.muster.benchmarks.accounting;

import java.time.Duration;
import java.util.List;

/**
 * Who spent what of the machine in a round.
 *
 * @param costs of the processes that were measured
 * @param others spent by everything else on the machine, the kernel's own work for the measured
 *     ones included
 * @param stolen by other machines on the same host
 * @param cores of the machine
 * @param elapsed the length of the round
 */
public record Bill(
    List<Cost> costs, Duration others, Duration stolen, int cores, Duration elapsed) {
  public Bill {
    costs = List.copyOf(costs);
  }

  /** How much of the machine was not the measured processes' to use, 0 to 1. */
  public double disturbance() {
    var lost = others.plus(stolen).toNanos();
    return Math.clamp(lost / ((double) elapsed.toNanos() * cores), 0, 1);
  }
}
