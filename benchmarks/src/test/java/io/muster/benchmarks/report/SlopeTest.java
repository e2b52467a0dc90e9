package io.muster.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.benchmarks.report.Slope.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlopeTest {
  @Test
  void isThatOfTheClosestLine() {
    assertEquals(2, Slope.of(List.of(new Point(0, 1), new Point(1, 3), new Point(3, 7))).perUnit());
    // One outlier above and one below leave it flat.
    assertEquals(
        0,
        Slope.of(List.of(new Point(0, 5), new Point(1, 6), new Point(2, 4), new Point(3, 5)))
            .perUnit(),
        0.4);
  }

  @Test
  void aSinglePointHasNone() {
    assertEquals(0, Slope.of(List.of(new Point(1, 5))).perUnit());
    assertEquals(0, Slope.of(List.of()).perUnit());
  }
}
