package io.muster.benchmarks.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessStatTest {
  private static final String BEHIND_NAME =
      " S 17 42 42 0 -1 4194560 900 80 1 0 1234 66 700 30 20 0 12 0 88 99 100 1844\n";

  @ParameterizedTest
  @ValueSource(strings = {"java", "postgres: muster_ingest", "odd) S 1 2 (name"})
  void readsTheTimesWhateverTheProcessIsCalled(String name) {
    var stat = ProcessStat.parse("42 (" + name + ")" + BEHIND_NAME);

    assertEquals(new ProcessStat(42, 17, 1_234, 66, 700, 30), stat);
  }

  @Test
  void aTickIsAHundredthOfASecond() {
    var stat = new ProcessStat(1, 0, 100, 50, 200, 25);

    assertEquals(Duration.ofMillis(1_500), stat.own());
    assertEquals(Duration.ofMillis(3_750), stat.withReaped());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "42 java S 1", "42 (java) S 17 42"})
  void anythingElseIsRefused(String line) {
    assertThrows(IllegalArgumentException.class, () -> ProcessStat.parse(line));
  }
}
