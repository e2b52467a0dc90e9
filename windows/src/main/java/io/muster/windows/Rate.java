package io.muster.windows;

import java.util.Optional;

/**
 * How many devices get something in a minute. Immutable, thread-safe.
 *
 * @param perMinute the most
 * @param ramp how it begins; empty: with the most
 */
public record Rate(int perMinute, Optional<Ramp> ramp) {

  /**
   * An exponential beginning.
   *
   * @param perMinute at first
   * @param factor by which it grows
   * @param every after so many devices, again and again
   * @param counted which devices count
   */
  public record Ramp(int perMinute, double factor, int every, Counted counted) {
    public Ramp {
      if (perMinute < 1 || every < 1 || !(factor > 1)) {
        throw new IllegalArgumentException("a ramp begins with something and grows");
      }
    }
  }

  /** What makes a rate grow. */
  public enum Counted {
    /** Devices that were given it. */
    RELEASED,
    /** Devices that did what they were told. */
    DONE
  }

  public Rate {
    if (perMinute < 1) {
      throw new IllegalArgumentException("a rate is at least 1 a minute");
    }
  }

  /** The rate after so many devices. */
  public double perMinuteAfter(long released, long done) {
    if (ramp.isEmpty()) {
      return perMinute;
    }
    var it = ramp.get();
    var steps = (it.counted() == Counted.RELEASED ? released : done) / it.every();
    // It is at its most long before the power is without bound.
    return Math.min(perMinute, it.perMinute() * Math.pow(it.factor(), Math.min(steps, 1_000)));
  }
}
