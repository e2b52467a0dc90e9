package io.muster.benchmarks.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.benchmarks.rounds.RowStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SettlingTest {
  private static final Duration PATIENCE = Duration.ofMillis(300);

  @Test
  void endsWhenAllRowsAreThere() throws InterruptedException {
    var table = new Growing(30, 90);

    assertEquals(90, new Settling(table, PATIENCE).await(90).rows());
    assertEquals(3, table.looks);
  }

  @Test
  void whatDoesNotComeIsGivenUp() throws InterruptedException {
    var begin = System.nanoTime();

    var settled = new Settling(new Growing(10, 50), PATIENCE).await(100);

    assertEquals(50, settled.rows());
    // When they were seen, not when it was given up.
    assertTrue(System.nanoTime() - settled.atNanos() >= PATIENCE.toNanos());
    assertTrue(settled.atNanos() > begin);
  }

  private static final class Growing implements RowStore {
    private final int step;
    private final int most;
    private int looks;

    Growing(int step, int most) {
      this.step = step;
      this.most = most;
    }

    @Override
    public long count() {
      return Math.min(most, ++looks * step);
    }

    @Override
    public void reset() {}
  }
}
