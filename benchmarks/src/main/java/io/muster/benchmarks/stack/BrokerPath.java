package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.load.Fleet;
import io.muster.benchmarks.load.LoadResult;
import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Devices that publish to a broker, behind which something consumes and stores. A round ends when
 * all that the broker acknowledged is stored, or nothing more comes.
 */
public final class BrokerPath implements Contender {
  private static final Pace GENTLY = new Pace.FixedRate(2_000);

  private final String name;
  private final IntFunction<Fleet> connecting;
  private final BrokerConsumer consumer;
  private final Settling settling;
  private final Duration warmUp;
  private final Duration drainTimeout;
  private final List<Outcome> outcomes = new ArrayList<>();
  private Fleet fleet;

  /**
   * What became of what the broker acknowledged in a run.
   *
   * @param acknowledged by the broker, with success
   * @param rows in the table when nothing more came
   */
  public record Outcome(long acknowledged, long rows) {}

  /**
   * @param connecting to a port
   * @param warmUp how long it is used gently before each turn; for a consumer that is new each time
   * @param drainTimeout how long the broker's last PUBACK may take
   */
  public BrokerPath(
      String name,
      IntFunction<Fleet> connecting,
      BrokerConsumer consumer,
      Settling settling,
      Duration warmUp,
      Duration drainTimeout) {
    this.name = name;
    this.connecting = connecting;
    this.consumer = consumer;
    this.settling = settling;
    this.warmUp = warmUp;
    this.drainTimeout = drainTimeout;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<ObservedProcess> processes() {
    var all = new ArrayList<>(consumer.processes());
    all.add(consumer.broker().observed());
    all.add(new ObservedProcess("load generator", ownPid(), ObservedProcess.Family.ALONE));
    return all;
  }

  private static long ownPid() {
    return ProcessHandle.current().pid();
  }

  @Override
  public void prepare() throws InterruptedException {
    consumer.begin();
    fleet = connecting.apply(consumer.broker().port());
    if (warmUp.isPositive()) {
      settling.table().reset();
      settling.await(publish(GENTLY, warmUp).acks().successes());
    }
  }

  @Override
  public void rest() {
    if (fleet != null) {
      fleet.close();
      fleet = null;
    }
    consumer.end();
  }

  @Override
  public Stored run(Duration duration) throws InterruptedException {
    var start = System.nanoTime();
    var result = publish(new Pace.AsAcknowledged(), duration);
    var settled = settling.await(result.acks().successes());
    outcomes.add(new Outcome(result.acks().successes(), settled.rows()));
    return Stored.rows(settled.rows(), Duration.ofNanos(settled.atNanos() - start));
  }

  /** Publishes alone, without waiting for rows. */
  LoadResult publish(Pace at, Duration duration) throws InterruptedException {
    var result = fleet.publish(at, duration, drainTimeout);
    PublishingDevices.requireComplete(name, result);
    return result;
  }

  BrokerConsumer consumer() {
    return consumer;
  }

  /** What became of each run so far, warming up included. */
  public List<Outcome> outcomes() {
    return List.copyOf(outcomes);
  }
}
