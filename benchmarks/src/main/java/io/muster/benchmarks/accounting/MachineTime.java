package io.muster.benchmarks.accounting;

import java.time.Duration;
import java.util.List;

/**
 * Processor time of the whole machine since it was started, all cores together, from the first line
 * of {@code /proc/stat}, proc_stat(5).
 *
 * @param busy spent by processes and the kernel
 * @param stolen spent by the hypervisor on other machines while this one had work
 */
public record MachineTime(Duration busy, Duration stolen) {
  private static final long MILLIS_PER_TICK = 10;
  private static final int STOLEN = 8;

  /**
   * @param lines of {@code /proc/stat}
   * @throws IllegalArgumentException when they have another form
   */
  static MachineTime parse(List<String> lines) {
    var fields = lines.isEmpty() ? new String[0] : lines.getFirst().split("\\s+");
    if (fields.length <= STOLEN || !fields[0].equals("cpu")) {
      throw new IllegalArgumentException("no first line of /proc/stat: " + lines);
    }
    // user, nice, system, then idle and iowait, which are none, then irq and softirq.
    var busy = 0L;
    for (var field : new int[] {1, 2, 3, 6, 7}) {
      busy += Long.parseLong(fields[field]);
    }
    return new MachineTime(ofTicks(busy), ofTicks(Long.parseLong(fields[STOLEN])));
  }

  private static Duration ofTicks(long ticks) {
    return Duration.ofMillis(ticks * MILLIS_PER_TICK);
  }

  MachineTime since(MachineTime earlier) {
    return new MachineTime(busy.minus(earlier.busy), stolen.minus(earlier.stolen));
  }
}
