package io.muster.benchmarks.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveHeapTest {
  private static final String HISTOGRAM =
      """
      4711:
       num     #instances         #bytes  class name (module)
      -------------------------------------------------------
         1:         24017        2313432  [B (java.base@25)
         2:         22919         550056  java.lang.String (java.base@25)
         3:             7            112  io.muster.Thing
      Total       46943        2863600
      """;

  @Test
  void readsTheTotalAndTheClasses() {
    var heap = LiveHeap.parse(HISTOGRAM);

    assertEquals(2_863_600, heap.bytes());
    assertEquals(
        Map.of("[B", 2_313_432L, "java.lang.String", 550_056L, "io.muster.Thing", 112L),
        heap.bytesByClass());
  }

  @Test
  void growthIsToldByClass() {
    var before = new LiveHeap(100, Map.of("[B", 60L));
    var after = new LiveHeap(150, Map.of("[B", 80L, "io.muster.Thing", 30L));

    assertEquals(Map.of("[B", 20L, "io.muster.Thing", 30L), after.growthSince(before));
  }

  @Test
  void aJvmThatIsNotThereIsAnError() {
    assertThrows(IllegalStateException.class, () -> LiveHeap.parse("4711: No such process"));
  }
}
