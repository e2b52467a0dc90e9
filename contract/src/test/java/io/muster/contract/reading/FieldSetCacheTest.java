package io.muster.contract.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FieldSetCacheTest {
  private static final int CAPACITY = 1_000_000;
  private static final int MOST_NAMES = 512;
  private static final int NAME_CHARACTERS = 256;

  private final FieldSetCache cache = new FieldSetCache(CAPACITY);

  private FieldSet fields(List<String> names) {
    var node = cache.start();
    for (var name : names) {
      node = cache.next(node, name);
    }
    return node.fields();
  }

  /**
   * Each set of them has the names of all sets before it: half a gigabyte for a thousand of them.
   */
  @Test
  void isBoundedAlsoWhenEachSetHasOneNameMore() {
    var largestSet = 2L * MOST_NAMES * NAME_CHARACTERS;
    for (int round = 0; round < 3; round++) {
      var prefix = "%d-".formatted(round);
      var names =
          IntStream.range(0, MOST_NAMES)
              .mapToObj(i -> prefix + "%05d".formatted(i) + "x".repeat(NAME_CHARACTERS - 7))
              .toList();
      for (int n = 1; n <= MOST_NAMES; n++) {
        var fields = fields(names.subList(0, n));
        assertEquals(n, fields.size());
        assertTrue(cache.held() <= CAPACITY + 2 * largestSet, "holds " + cache.held());
      }
    }
  }

  @Test
  void knowsASetAgainWhateverTheOrder() {
    var first = fields(List.of("a", "b"));
    assertSame(first, fields(List.of("a", "b")));
    assertEquals(first, fields(List.of("b", "a")));
  }
}
