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
import java.util.function.Supplier;

/**
 * Devices that publish to an endpoint, which acknowledges each message. They are connected while it
 * is their turn.
 */
public final class PublishingDevices implements Contender {
  private final String name;
  private final Supplier<Fleet> connecting;
  private final Pace pace;
  private final Duration drainTimeout;
  private final boolean storesRows;
  private final Supplier<List<ObservedProcess>> processes;
  private Fleet fleet;

  /**
   * @param drainTimeout how long the last PUBACK may take
   * @param storesRows whether a PUBACK says that there is a row
   */
  public PublishingDevices(
      String name,
      Supplier<Fleet> connecting,
      Pace pace,
      Duration drainTimeout,
      boolean storesRows,
      Supplier<List<ObservedProcess>> processes) {
    this.name = name;
    this.connecting = connecting;
    this.pace = pace;
    this.drainTimeout = drainTimeout;
    this.storesRows = storesRows;
    this.processes = processes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean storesRows() {
    return storesRows;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes.get();
  }

  @Override
  public void prepare() {
    fleet = connecting.get();
  }

  @Override
  public void rest() {
    fleet.close();
  }

  @Override
  public Stored run(Duration duration) throws InterruptedException {
    var result = fleet.publish(pace, duration, drainTimeout);
    requireComplete(name, result);
    return new Stored(
        result.acks().successes(),
        result.elapsed(),
        OptionalDouble.of(result.milliseconds(50)),
        OptionalDouble.of(result.milliseconds(99)));
  }

  /**
   * @throws RoundFailedException unless each message was acknowledged once, with success
   */
  static void requireComplete(String name, LoadResult result) {
    if (!result.isComplete()) {
      throw new RoundFailedException(name + ": not all was acknowledged: " + missing(result));
    }
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
