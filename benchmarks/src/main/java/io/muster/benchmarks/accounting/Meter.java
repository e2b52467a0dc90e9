package io.muster.benchmarks.accounting;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Counts what processes spend between its start and {@link #read}, and looks at their memory every
 * two seconds. Threads: made, read and closed by one; it samples on its own.
 */
public final class Meter implements AutoCloseable {
  private static final long SAMPLE_SECONDS = 2;

  private final ProcFiles proc;
  private final Map<ObservedProcess, Duration> cpuAtStart = new LinkedHashMap<>();
  private final Map<ObservedProcess, Long> peaks = new LinkedHashMap<>();
  private final ScheduledExecutorService sampler =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("memory-sampler").factory());

  private Meter(ProcFiles proc, List<ObservedProcess> processes) {
    this.proc = proc;
    for (var process : processes) {
      cpuAtStart.put(process, cpu(process));
      peaks.put(process, 0L);
    }
  }

  /**
   * Starts counting.
   *
   * @throws IllegalStateException when one of the processes is not there
   */
  public static Meter start(ProcFiles proc, List<ObservedProcess> processes) {
    var meter = new Meter(proc, processes);
    meter.sampler.scheduleAtFixedRate(meter::sample, 0, SAMPLE_SECONDS, TimeUnit.SECONDS);
    return meter;
  }

  /**
   * What each has spent since, in the order in which they were given.
   *
   * @throws IllegalStateException when one of them has ended: its cost would be wrong
   */
  public List<Cost> read() {
    sample();
    return cpuAtStart.entrySet().stream()
        .map(
            entry ->
                new Cost(
                    entry.getKey().name(),
                    cpu(entry.getKey()).minus(entry.getValue()),
                    peak(entry.getKey())))
        .toList();
  }

  private synchronized void sample() {
    peaks.replaceAll((process, peak) -> Math.max(peak, process.memoryBytes(proc)));
  }

  private synchronized long peak(ObservedProcess process) {
    return peaks.get(process);
  }

  private Duration cpu(ObservedProcess process) {
    return process
        .cpu(proc)
        .orElseThrow(() -> new IllegalStateException(process.name() + " has ended"));
  }

  @Override
  public void close() {
    sampler.shutdownNow();
  }
}
