package io.muster.localstack.stack;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackLockTest {
  @TempDir Path folder;

  @Test
  void onlyOneHasIt() {
    try (var first = StackLock.take(folder).orElseThrow()) {
      assertTrue(first.run().children().isEmpty());
      assertTrue(StackLock.take(folder).isEmpty());
    }
  }

  @Test
  void isFreeAgainAfterwards() {
    StackLock.take(folder).orElseThrow().close();
    StackLock.take(folder).orElseThrow().close();
  }
}
