package io.muster.benchmarks.stack;

import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.stack.BrokerPath.Outcome;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Publishes, kills the consumer with SIGKILL in the midst of it, starts it again at once, and
 * counts what is missing in the end. Where something is, the consumer is started once more: a
 * broker that has stopped sending goes on then, what it has lost does not come.
 *
 * @param pace of the publishing
 * @param duration of the publishing
 * @param settling of the rows
 */
public record KillTrial(Pace pace, Duration duration, Settling settling) {

  /**
   * What became of it.
   *
   * @param first when no more rows came after the kill
   * @param rows when no more came after the second restart as well
   */
  public record Result(Outcome first, long rows) {
    /** What is lost. */
    public long missing() {
      return first.acknowledged() - rows;
    }
  }

  /** Runs it. */
  public Result run(BrokerPath path) throws InterruptedException {
    try {
      path.prepare();
      settling.table().reset();
      var acknowledged = publishKilling(path);
      var rows = settling.await(acknowledged).rows();
      var first = new Outcome(acknowledged, rows);
      return new Result(first, rows < acknowledged ? afterRestart(path, acknowledged) : rows);
    } finally {
      path.rest();
    }
  }

  private long publishKilling(BrokerPath path) throws InterruptedException {
    try (var timer = Executors.newSingleThreadScheduledExecutor()) {
      var restarted =
          timer.schedule(() -> restart(path), duration.toMillis() / 2, TimeUnit.MILLISECONDS);
      var acknowledged = path.publish(pace, duration).acks().successes();
      restarted.get();
      return acknowledged;
    } catch (ExecutionException e) {
      throw new RoundFailedException("the consumer did not start again: " + e.getCause(), e);
    }
  }

  private long afterRestart(BrokerPath path, long acknowledged) throws InterruptedException {
    restart(path);
    return settling.await(acknowledged).rows();
  }

  private static void restart(BrokerPath path) {
    path.consumer().kill();
    path.consumer().restart();
  }
}
