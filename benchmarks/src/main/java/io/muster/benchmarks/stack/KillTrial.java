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
 * counts what is missing in the end.
 *
 * @param pace of the publishing
 * @param duration of the publishing
 * @param settling of the rows
 */
public record KillTrial(Pace pace, Duration duration, Settling settling) {

  /** Runs it. */
  public Outcome run(BrokerPath path) throws InterruptedException {
    path.prepare();
    settling.table().reset();
    try (var timer = Executors.newSingleThreadScheduledExecutor()) {
      var restarted =
          timer.schedule(
              () -> {
                path.consumer().kill();
                path.consumer().restart();
              },
              duration.toMillis() / 2,
              TimeUnit.MILLISECONDS);
      var acknowledged = path.publish(pace, duration).acks().successes();
      restarted.get();
      return new Outcome(acknowledged, settling.await(acknowledged).rows());
    } catch (ExecutionException e) {
      throw new RoundFailedException("the consumer did not start again: " + e.getCause(), e);
    } finally {
      path.rest();
    }
  }
}
