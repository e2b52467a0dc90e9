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
  private final long startNanos = System.nanoTime();
  private final MachineTime machineAtStart;
  private final Map<ObservedProcess, Duration> cpuAtStart = new LinkedHashMap<>();
  private final Map<ObservedProcess, Long> peaks = new LinkedHashMap<>();
  private final ScheduledExecutorService sampler =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("memory-sampler").factory());

  private Meter(ProcFiles proc, List<ObservedProcess> processes) {
    this.proc = proc;
    this.machineAtStart = proc.machineTime();
    for (var process : processes) {
      cpuAtStart.put(process, cpu(process));
      peaks.put(process, 0L);
      process.forgetPeak(proc);
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
   * What each has spent since, in the order in which they were given, and what the rest of the
   * machine has.
   *
   * @throws IllegalStateException when one of them has ended: its cost would be wrong
   */
  public Bill read() {
    sample();
    var costs =
        cpuAtStart.entrySet().stream()
            .map(
                entry ->
                    new Cost(
                        entry.getKey().name(),
                        cpu(entry.getKey()).minus(entry.getValue()),
                        peak(entry.getKey())))
            .toList();
    var machine = proc.machineTime().since(machineAtStart);
    var others = costs.stream().map(Cost::cpu).reduce(machine.busy(), Duration::minus);
    return new Bill(
        costs,
        others.isNegative() ? Duration.ZERO : others,
        machine.stolen(),
        Runtime.getRuntime().availableProcessors(),
        Duration.ofNanos(System.nanoTime() - startNanos));
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
