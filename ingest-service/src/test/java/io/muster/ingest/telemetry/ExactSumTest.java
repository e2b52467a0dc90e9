package io.muster.ingest.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactSumTest {
  private final ExactSum sum = new ExactSum();

  @Test
  void tenTimesATenthIsOne() {
    for (int i = 0; i < 10; i++) {
      sum.add(0.1);
    }
    assertEquals(1L, sum.value());
    assertEquals(0.1, sum.dividedBy(10));
  }

  @Test
  void doesNotLoseTheSmallBesideTheLarge() {
    sum.add(1e16);
    sum.add(0.5);
    sum.add(-1e16);
    assertEquals(0.5, sum.value());
  }

  @Test
  void addsIntegersExactlyBeyond64Bits() {
    sum.add(Long.MAX_VALUE);
    sum.add(Long.MAX_VALUE);
    sum.add(3.0);
    var expected = BigInteger.valueOf(Long.MAX_VALUE).shiftLeft(1).add(BigInteger.valueOf(3));
    assertEquals(expected, sum.value());
    sum.add(Long.MIN_VALUE);
    sum.add(Long.MIN_VALUE);
    assertEquals(1L, sum.value());
  }

  @Test
  void doesNotOverflow() {
    sum.add(Double.MAX_VALUE);
    sum.add(Double.MAX_VALUE);
    assertEquals(new BigDecimal("3.595386269724631E+308"), sum.value());
    assertEquals(Double.MAX_VALUE, sum.dividedBy(2));
    sum.add(-Double.MAX_VALUE);
    assertEquals(Double.MAX_VALUE, sum.value());
  }

  @Test
  void isTheNearestDoubleOfTheTrueSum() {
    var random = new Random(7);
    var exact = BigDecimal.ZERO;
    for (int i = 0; i < 20_000; i++) {
      var value = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(12));
      sum.add(value);
      exact = exact.add(new BigDecimal(value));
    }
    assertEquals(exact.doubleValue(), ((Number) sum.value()).doubleValue());
  }
}
