package io.muster.ingest.telemetry;

import io.muster.contract.reading.ReadingValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * A sum that does not lose what is small beside what is large: whole numbers are added exactly, the
 * others with Neumaier's compensation (A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur
 * Summation endlicher Summen, 1974), and numbers so large that doubles would overflow as decimals.
 * So ten times 0.1 is 1, and 1e16 + 1 - 1e16 is 1.
 */
final class ExactSum {
  /** Far enough from the largest double for a sum of two to be one. */
  private static final double LARGE = 1e300;

  private long whole;
  private BigInteger wholeBeyond = BigInteger.ZERO;
  private double sum;
  private double compensation;
  private BigDecimal large = BigDecimal.ZERO;
  private boolean fractions;

  void add(double value) {
    if (value == Math.rint(value) && Math.abs(value) <= ReadingValue.EXACT_IN_A_DOUBLE) {
      add((long) value);
      return;
    }
    fractions = true;
    if (Math.abs(value) > LARGE || Math.abs(sum) > LARGE) {
      large = large.add(new BigDecimal(value));
      return;
    }
    var next = sum + value;
    compensation += Math.abs(sum) >= Math.abs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
  }

  void add(long value) {
    var next = whole + value;
    if (((whole ^ next) & (value ^ next)) < 0) {
      wholeBeyond = wholeBeyond.add(BigInteger.valueOf(whole));
      next = value;
    }
    whole = next;
  }

  /** An integer when all were, else the nearest double; a decimal when no double is as large. */
  Object value() {
    var integer = wholeBeyond.add(BigInteger.valueOf(whole));
    if (!fractions) {
      return integer.bitLength() < Long.SIZE ? (Object) integer.longValue() : integer;
    }
    var exact = exact(integer);
    var nearest = exact.doubleValue();
    return Double.isInfinite(nearest)
        ? exact.round(MathContext.DECIMAL64)
        : ReadingItem.plain(nearest);
  }

  /** The sum divided by a count above 0. */
  Object dividedBy(long count) {
    var exact = exact(wholeBeyond.add(BigInteger.valueOf(whole)));
    return ReadingItem.plain(
        exact.divide(BigDecimal.valueOf(count), MathContext.DECIMAL128).doubleValue());
  }

  private BigDecimal exact(BigInteger integer) {
    return new BigDecimal(integer)
        .add(large)
        .add(new BigDecimal(sum))
        .add(new BigDecimal(compensation));
  }
}
