package io.muster.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script, over this process and a stack that only says that it is one. */
class FootprintTest {
  @TempDir Path folder;

  /** Mebibytes of a process, idle and under load. */
  private static int[] of(String name, Programs.Run run) {
    var row = Pattern.compile("(?m)^\\| " + Pattern.quote(name) + " \\| (\\d+) \\| (\\d+) \\|$");
    var found = row.matcher(run.said());
    assertTrue(found.find(), run.said());
    return new int[] {Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2))};
  }

  @BeforeEach
  void whereTheKernelTells() {
    assumeTrue(Files.exists(Path.of("/proc/self/smaps_rollup")), "Linux tells a process's share");
    Programs.assumeInstalled("jq");
  }

  private Programs.Run run(String processes, String load) throws Exception {
    var muster =
        Programs.executable(
            folder.resolve("muster"),
            """
            #!/bin/sh
            case $1 in
              status) cat <<'JSON'
            %s
            JSON
              ;;
              simulate) echo "$@" >"%s"; %s ;;
            esac
            """
                .formatted(processes, folder.resolve("asked"), load));
    return Programs.run(
        List.of("footprint", "7", "2/s", "1s"), muster, Map.of("MUSTER_FOOTPRINT_EVERY", "0.1"));
  }

  @Test
  void sumsWhatEachProcessHoldsIdleAndUnderLoad() throws Exception {
    var own = ProcessHandle.current().pid();
    var run =
        run(
            """
            [{"name":"supervisor","pid":%d},{"name":"ingest","pid":%d},{"name":"away","pid":null}]
            """
                .formatted(own, own),
            "sleep 0.3");
    assertEquals(0, run.exit(), run.said());
    assertEquals(
        "simulate --devices 7 --rate 2/s --duration 1s\n",
        Files.readString(folder.resolve("asked")));
    assertTrue(run.said().startsWith("7 devices, 2/s each, for 1s"), run.said());
    // A Java process takes some; the supervisor counts without what it started, which is the stack.
    var alone = of("supervisor", run);
    var family = of("ingest", run);
    assertTrue(alone[0] > 10 && family[0] >= alone[0] && family[1] >= alone[1] - 50, run.said());
    var all = of("**all**", run);
    assertTrue(Math.abs(all[0] - alone[0] - family[0]) <= 1, run.said());
    assertTrue(!run.said().contains("away"), run.said());
  }

  @Test
  void withoutAStackItSaysSo() throws Exception {
    var run = run("[]", "true");
    assertEquals(1, run.exit());
    assertTrue(run.said().contains("No stack is running"), run.said());
  }

  @Test
  void aLoadThatFailsIsNoMeasurement() throws Exception {
    var processes = "[{\"name\":\"ingest\",\"pid\":%d}]".formatted(ProcessHandle.current().pid());
    var run = run(processes, "echo no tenant; exit 3");
    assertEquals(1, run.exit());
    assertTrue(run.said().contains("no tenant"), run.said());
    assertTrue(!run.said().contains("**all**"), run.said());
  }
}
