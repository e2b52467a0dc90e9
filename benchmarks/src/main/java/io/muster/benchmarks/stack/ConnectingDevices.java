package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.load.ConnectStorm;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.load.Target;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.Stored;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** Devices that connect, others in each turn; when it is over they disconnect. */
public final class ConnectingDevices implements Contender {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final String name;
  private final Target target;
  private final List<DeviceLogin> logins;
  private final Crowd crowd;
  private final Supplier<List<ObservedProcess>> processes;
  private final Calm calm;
  private ConnectStorm storm;
  private int turn;

  /**
   * How many come how.
   *
   * @param connections in a turn
   * @param atOnce await their CONNACK at a time
   * @param threads of the load generator
   */
  public record Crowd(int connections, int atOnce, int threads) {}

  /** Returns when the server has forgotten those who left. */
  public interface Calm {
    void await() throws InterruptedException;
  }

  /**
   * @param logins as many as take part in all turns
   */
  public ConnectingDevices(
      String name,
      Target target,
      List<DeviceLogin> logins,
      Crowd crowd,
      Supplier<List<ObservedProcess>> processes,
      Calm calm) {
    this.name = name;
    this.target = target;
    this.logins = List.copyOf(logins);
    this.crowd = crowd;
    this.processes = processes;
    this.calm = calm;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean storesRows() {
    return false;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes.get();
  }

  @Override
  public void prepare() {
    var first = turn++ * crowd.connections();
    var coming = logins.subList(first, first + crowd.connections());
    storm = new ConnectStorm(target, coming, crowd.atOnce(), crowd.threads());
  }

  @Override
  public Stored run(Duration ignored) throws InterruptedException {
    var result = storm.run(LIMIT);
    return new Stored(
        result.connections(),
        result.elapsed(),
        OptionalDouble.of(result.milliseconds(50)),
        OptionalDouble.of(result.milliseconds(99)));
  }

  @Override
  public void rest() throws InterruptedException {
    storm.close();
    calm.await();
  }
}
