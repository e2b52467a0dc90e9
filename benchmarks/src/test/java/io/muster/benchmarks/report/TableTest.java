package io.muster.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void numbersStandToTheRight() {
    var table = new Table(1, List.of("", "rows", "lost")).line("peer", 3, "1,000");

    assertEquals("|  | rows | lost |\n|---|--:|--:|\n| peer | 3 | 1,000 |\n", table.markdown());
  }

  @Test
  void aLineHasACellForEachColumn() {
    var table = new Table(1, List.of("", "rows"));

    assertThrows(IllegalArgumentException.class, () -> table.line("peer"));
  }
}
