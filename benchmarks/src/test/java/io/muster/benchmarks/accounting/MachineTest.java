package io.muster.benchmarks.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTest {

  @Test
  void tellsTheModelOfTheProcessor() {
    assertEquals(
        "Quick Chip 9000",
        Machine.processor(List.of("processor\t: 0", "model name\t: Quick Chip 9000")));
    assertEquals(System.getProperty("os.arch"), Machine.processor(List.of()));
  }

  @Test
  void tellsCoresAndMemoryOfThisOne() {
    var machine = Machine.current();

    assertTrue(machine.cores() > 0);
    assertTrue(machine.memoryBytes() > 0);
    assertTrue(machine.toString().contains(machine.cores() + " cores"));
  }
}
