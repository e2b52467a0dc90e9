package io.muster.benchmarks.load;

/** How fast a run publishes. */
public sealed interface Pace {
  /** As fast as the server acknowledges: the window of each connection is kept full. */
  record AsAcknowledged() implements Pace {}

  /**
   * At a fixed rate, whatever the server does. Latency counts from when a message was due, so a
   * server that stalls is charged for those that had to wait behind.
   *
   * @param messagesPerSecond over all connections, above 0
   */
  record FixedRate(double messagesPerSecond) implements Pace {
    public FixedRate {
      if (!(messagesPerSecond > 0)) {
        throw new IllegalArgumentException("a rate of " + messagesPerSecond);
      }
    }
  }
}
