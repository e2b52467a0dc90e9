package io.muster.benchmarks.load;

import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What came of one run.
 *
 * @param sent messages published
 * @param acks PUBACKs by reason code
 * @param unexpectedAcks PUBACKs for nothing that was in flight
 * @param unacknowledged messages whose PUBACK had not come when the run was given up
 * @param lostConnections connections that ended before their time
 * @param elapsedNanos from the first publish to the last PUBACK
 * @param microseconds from when a message was due to its PUBACK
 */
public record LoadResult(
    long sent,
    AckCounts acks,
    long unexpectedAcks,
    long unacknowledged,
    int lostConnections,
    long elapsedNanos,
    Histogram microseconds) {

  /**
   * The run of all event loops together.
   *
   * @param parts at least one
   */
  static LoadResult merged(List<LoadResult> parts) {
    var acks = new AckCounts();
    var histogram = new Histogram(parts.getFirst().microseconds());
    histogram.reset();
    for (var part : parts) {
      acks.add(part.acks());
      histogram.add(part.microseconds());
    }
    return new LoadResult(
        parts.stream().mapToLong(LoadResult::sent).sum(),
        acks,
        parts.stream().mapToLong(LoadResult::unexpectedAcks).sum(),
        parts.stream().mapToLong(LoadResult::unacknowledged).sum(),
        parts.stream().mapToInt(LoadResult::lostConnections).sum(),
        parts.stream().mapToLong(LoadResult::elapsedNanos).max().orElseThrow(),
        histogram);
  }

  public Duration elapsed() {
    return Duration.ofNanos(elapsedNanos);
  }

  /** Messages a second that the server took over. */
  public double acknowledgedPerSecond() {
    return elapsedNanos == 0 ? 0 : acks.successes() * 1e9 / elapsedNanos;
  }

  /** The latency below which that share of the messages was acknowledged. */
  public double milliseconds(double percentile) {
    return microseconds.getValueAtPercentile(percentile) / 1e3;
  }

  /** Whether every message was acknowledged with success, each once, and no connection was lost. */
  public boolean isComplete() {
    return unacknowledged == 0
        && unexpectedAcks == 0
        && lostConnections == 0
        && acks.successes() == sent;
  }
}
