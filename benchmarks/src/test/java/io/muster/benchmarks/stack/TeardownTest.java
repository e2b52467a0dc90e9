package io.muster.benchmarks.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TeardownTest {
  private final List<String> closed = new ArrayList<>();
  private final Teardown teardown = new Teardown();

  @Test
  void closesTheYoungestFirstAndEachOnce() {
    teardown.add(() -> closed.add("database"));
    teardown.add(() -> closed.add("service"));

    teardown.close();
    teardown.close();

    assertEquals(List.of("service", "database"), closed);
  }

  @Test
  void whatCannotBeClosedKeepsNothingElseOpen() {
    teardown.add(() -> closed.add("database"));
    teardown.add(
        () -> {
          throw new IllegalStateException("stuck");
        });

    teardown.close();

    assertEquals(List.of("database"), closed);
  }

  @Test
  void whatIsStartedAfterTheEndIsClosedAtOnce() {
    teardown.close();

    assertThrows(IllegalStateException.class, () -> teardown.add(() -> closed.add("late")));
    assertEquals(List.of("late"), closed);
  }
}
