package io.muster.command.jobs;

import java.util.Optional;

/**
 * How many devices get a job's command in a minute. Pure.
 *
 * @param perMinute the most
 * @param ramp how it begins; empty: with the most
 */
record Rate(int perMinute, Optional<Ramp> ramp) {

  /**
   * An exponential beginning.
   *
   * @param perMinute at first
   * @param factor by which it grows
   * @param every after so many devices, again and again
   * @param counted which devices count
   */
  record Ramp(int perMinute, double factor, int every, Counted counted) {
    Ramp {
      if (perMinute < 1 || every < 1 || !(factor > 1)) {
        throw new IllegalArgumentException("a ramp begins with something and grows");
      }
    }
  }

  /** What makes a rate grow. */
  enum Counted {
    /** Devices that were given the command. */
    RELEASED,
    /** Devices that did what they were told. */
    DONE
  }

  Rate {
    if (perMinute < 1) {
      throw new IllegalArgumentException("a rate is at least 1 a minute");
    }
  }

  /** The rate after so many devices. */
  double perMinuteAfter(long released, long done) {
    if (ramp.isEmpty()) {
      return perMinute;
    }
    var it = ramp.get();
    var steps = (it.counted() == Counted.RELEASED ? released : done) / it.every();
    // It is at its most long before the power is without bound.
    return Math.min(perMinute, it.perMinute() * Math.pow(it.factor(), Math.min(steps, 1_000)));
  }
}
