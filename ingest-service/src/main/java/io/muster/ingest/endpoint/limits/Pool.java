package io.muster.ingest.endpoint.limits;

import java.util.concurrent.TimeUnit;

/** What a tenant's devices, or all tenants, use together. Thread-safe. */
final class Pool {
  static final double BURST_SECONDS = 10;

  /**
   * So long a pool's rate may be overdrawn by those who keep to their shares. They cannot overdraw
   * it for long, unless there are many more of them than send anything in ten seconds.
   */
  private static final long OVERDRAFT_NANOS = TimeUnit.SECONDS.toNanos(10);

  final Throughput rate;
  final Sharers sharers;
  final Load load;

  /** Of it what is of packets that have not come whole. */
  final Load gathering;

  final Count connections;
  final Count subscriptions;

  /**
   * @param gatheringBytes what may gather; 0 for no limit
   */
  Pool(PoolLimits limits, long gatheringBytes, long nowNanos) {
    rate =
        new Throughput(
            limits.messagesPerSecond(), limits.bytesPerSecond(), BURST_SECONDS, nowNanos);
    sharers = new Sharers(nowNanos);
    load = new Load(limits.inFlightMessages(), limits.inFlightBytes());
    gathering = new Load(0, gatheringBytes);
    connections = new Count(limits.connections());
    subscriptions = new Count(limits.subscriptions());
  }

  /**
   * How long one waits that shares the rate: while the others leave nothing of it, and it has used
   * more than its part.
   *
   * @param poolNanos how long the rate is overdrawn
   * @param partNanos for how long it has used its part
   */
  static long waitNanos(long poolNanos, long partNanos) {
    return Math.max(Math.min(poolNanos, partNanos), poolNanos - OVERDRAFT_NANOS);
  }

  /** Whether nothing of what was used counts any more. */
  boolean hasRecovered(long nowNanos) {
    return load.isEmpty() && rate.hasRecovered(nowNanos);
  }
}
