package io.muster.benchmarks.accounting;

import java.time.Duration;
import java.util.Optional;

/**
 * A process whose cost is counted.
 *
 * @param name what people call it
 * @param pid its number
 * @param family whose cost is counted with it
 */
public record ObservedProcess(String name, long pid, Family family) {

  /** Whose cost is counted. */
  public enum Family {
    /** The process alone. Its memory is the peak that the kernel kept, {@code VmHWM}. */
    ALONE,
    /**
     * The process, its children and those it outlived, as PostgreSQL's backends. Their memory is
     * the sum of their {@code Pss}, since each one's peak would count what they share again.
     */
    WITH_CHILDREN
  }

  /** Processor time so far; empty when the process is gone. */
  Optional<Duration> cpu(ProcFiles proc) {
    // The parent is read first: a child that ends meanwhile is missed now and found later among
    // the reaped ones, while the other order would count it twice.
    return proc.stat(pid)
        .map(
            parent ->
                switch (family) {
                  case ALONE -> parent.own();
                  case WITH_CHILDREN -> parent.withReaped().plus(ofChildren(proc));
                });
  }

  private Duration ofChildren(ProcFiles proc) {
    return proc.children(pid).stream()
        .map(ProcessStat::withReaped)
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** From now on the highest memory is that of what comes. */
  void forgetPeak(ProcFiles proc) {
    if (family == Family.ALONE) {
      proc.forgetPeak(pid);
    }
  }

  /** Its memory in bytes, so far the highest or just now; 0 when nobody tells. */
  public long memoryBytes(ProcFiles proc) {
    return switch (family) {
      case ALONE -> proc.peakResidentBytes(pid).orElse(0);
      case WITH_CHILDREN ->
          proc.proportionalBytes(pid).orElse(0)
              + proc.children(pid).stream()
                  .mapToLong(child -> proc.proportionalBytes(child.pid()).orElse(0))
                  .sum();
    };
  }
}
