package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.load.Fleet;
import io.muster.benchmarks.load.LoadResult;
import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;

/** Devices that publish to ingest-service, which acknowledges what it has committed. */
public final class IngestContender implements Contender {
  private final String name;
  private final Fleet fleet;
  private final Pace pace;
  private final Duration drainTimeout;
  private final List<ObservedProcess> processes;

  /**
   * @param fleet connected to the service
   * @param drainTimeout how long the last PUBACK may take
   */
  public IngestContender(
      String name, Fleet fleet, Pace pace, Duration drainTimeout, List<ObservedProcess> processes) {
    this.name = name;
    this.fleet = fleet;
    this.pace = pace;
    this.drainTimeout = drainTimeout;
    this.processes = List.copyOf(processes);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes;
  }

  @Override
  public Stored run(Duration duration) throws InterruptedException {
    var result = fleet.publish(pace, duration, drainTimeout);
    if (!result.isComplete()) {
      throw new RoundFailedException(name + ": not all was acknowledged: " + missing(result));
    }
    return new Stored(
        result.acks().successes(),
        result.elapsed(),
        OptionalDouble.of(result.milliseconds(50)),
        OptionalDouble.of(result.milliseconds(99)));
  }

  private static String missing(LoadResult result) {
    return "%,d sent, PUBACKs by reason code %s, %,d missing, %,d for nothing, %d connections lost"
        .formatted(
            result.sent(),
            result.acks().byReason(),
            result.unacknowledged(),
            result.unexpectedAcks(),
            result.lostConnections());
  }
}
