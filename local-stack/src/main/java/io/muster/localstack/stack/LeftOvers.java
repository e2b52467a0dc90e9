package io.muster.localstack.stack;

import io.muster.localstack.process.RunningProcess;
import io.muster.localstack.process.StopSignal;
import java.time.Duration;
import java.util.List;

/**
 * Processes of this stack whose supervisor was killed. They are known by process id and start time
 * from the files it wrote, so nothing else is ever touched.
 */
final class LeftOvers {
  /** Services first, then what they need. */
  private static final List<String> LAST = List.of("broker", "postgres");

  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(15);

  private final RunFolder run;
  private final Duration patience;

  LeftOvers(RunFolder run) {
    this(run, STOPPED_WITHIN);
  }

  /**
   * @param patience after which one that does not end is killed
   */
  LeftOvers(RunFolder run, Duration patience) {
    this.run = run;
    this.patience = patience;
  }

  /**
   * Ends them, services before broker before database.
   *
   * @return those that were found running
   */
  List<ProcessRecord> stop() {
    var left =
        run.children().stream()
            .filter(ProcessRecord::isRunning)
            .sorted((a, b) -> Integer.compare(rank(a), rank(b)))
            .toList();
    left.forEach(this::stop);
    run.children().forEach(record -> run.remove(record.name()));
    return left;
  }

  private void stop(ProcessRecord record) {
    var signal = record.name().equals("postgres") ? StopSignal.INT : StopSignal.TERM;
    record.process().ifPresent(found -> new RunningProcess(found).stop(signal, patience));
  }

  private static int rank(ProcessRecord record) {
    return LAST.indexOf(record.name());
  }
}
