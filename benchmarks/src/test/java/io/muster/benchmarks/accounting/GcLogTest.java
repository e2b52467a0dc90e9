package io.muster.benchmarks.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcLogTest {
  @TempDir private Path folder;

  @Test
  void tellsTheLeastThatCollectionsLeftSinceTheLastLook() throws IOException {
    var file = folder.resolve("gc.log");
    var log = new GcLog(file);
    assertEquals(OptionalLong.empty(), log.leastBytesLeft());

    Files.writeString(
        file,
        """
        [0.006s][gc] Using G1
        [2.345s][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 45M->12M(64M) 3.456ms
        [3.345s][gc] GC(1) Pause Young (Concurrent Start) (G1 Humongous Allocation) 52M->9M(64M) 2.1ms
        [3.346s][gc] GC(2) Concurrent Mark Cycle
        """);
    assertEquals(OptionalLong.of(9 << 20), log.leastBytesLeft());
    assertEquals(OptionalLong.empty(), log.leastBytesLeft());

    Files.writeString(
        file,
        "[5.1s][gc] GC(3) Pause Young (Normal) (G1 Evacuation Pause) 60M->30M(64M) 3.4ms\n",
        StandardOpenOption.APPEND);
    assertEquals(OptionalLong.of(30 << 20), log.leastBytesLeft());
  }
}
