package io.muster.contract.reading;

/**
 * One value of a reading. A number is a double wherever a double holds it; only an integer beyond
 * ±2^53, for which it may not, is kept as an integer of 64 bits.
 */
public sealed interface ReadingValue {

  /** The largest magnitude up to which every integer is a double: 2^53. */
  long EXACT_IN_A_DOUBLE = 1L << 53;

  /**
   * A finite number.
   *
   * @param value never NaN, infinite or -0.0
   */
  record Number(double value) implements ReadingValue {
    public Number {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("a reading holds finite numbers only");
      }
      // -0.0 says nothing that 0.0 does not, and must not make a second reading of the same one.
      value = value + 0.0;
    }
  }

  /**
   * An integer beyond ±2^53, written as an integer.
   *
   * @param value of any 64 bits beyond that range
   */
  record ExactInteger(long value) implements ReadingValue {
    public ExactInteger {
      if (isNumber(value)) {
        throw new IllegalArgumentException("an integer up to 2^53 is a number");
      }
    }

    static boolean isNumber(long value) {
      return value >= -EXACT_IN_A_DOUBLE && value <= EXACT_IN_A_DOUBLE;
    }
  }

  /** True or false. */
  record Flag(boolean value) implements ReadingValue {}

  /**
   * A text.
   *
   * @param value without U+0000 and without half a surrogate pair
   */
  record Text(String value) implements ReadingValue {}

  /** An integer as the number or the exact integer that it is. */
  static ReadingValue ofInteger(long value) {
    return ExactInteger.isNumber(value) ? new Number(value) : new ExactInteger(value);
  }
}
