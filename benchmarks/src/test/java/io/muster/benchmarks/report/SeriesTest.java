package io.muster.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {

  @Test
  void theMedianIsTheMiddleOneWhateverTheOrder() {
    assertEquals(3, new Series(List.of(5.0, 1.0, 3.0)).median());
    assertEquals(2, new Series(List.of(3.0, 1.0)).median());
    assertEquals(7, new Series(List.of(7.0)).median());
  }

  @Test
  void showsTheExtremesBesideTheMedian() {
    assertEquals("2,000 (1,000–9,000)", new Series(List.of(9e3, 1e3, 2e3)).show("%,.0f"));
  }

  @Test
  void nothingHasNoMedian() {
    assertThrows(IllegalArgumentException.class, () -> new Series(List.of()));
  }
}
