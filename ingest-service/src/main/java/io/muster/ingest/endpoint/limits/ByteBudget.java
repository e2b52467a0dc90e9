package io.muster.ingest.endpoint.limits;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all connections together may hold for what devices sent and what waits for them.
 * Thread-safe. It sheds in steps: first QoS 0, then what people read, new connections, last the
 * reading of sockets; none of them ever makes a QoS 1 message be forgotten.
 */
public final class ByteBudget {
  private static final double SHED_QOS_0 = 0.70;
  private static final double SHED_READS = 0.78;
  private static final double REFUSE_CONNECTIONS = 0.85;
  private static final double READ_AGAIN = 0.90;

  private final long maxBytes;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicLong unreadBytes = new AtomicLong();

  public ByteBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes what is there already; may go beyond the limit by what one read brought. */
  public void add(long bytes) {
    usedBytes.addAndGet(bytes);
  }

  /** Takes memory that is yet to be filled; not beyond the limit. */
  public boolean tryReserve(long bytes) {
    if (usedBytes.addAndGet(bytes) <= maxBytes) {
      return true;
    }
    usedBytes.addAndGet(-bytes);
    return false;
  }

  public void release(long bytes) {
    usedBytes.addAndGet(-bytes);
  }

  /**
   * Counts what lies in the buffers of connections that are not read. It makes for shedding, but
   * never for not reading: these bytes go only when their connections are read again.
   *
   * @param change negative when it became less
   */
  public void unread(long change) {
    unreadBytes.addAndGet(change);
  }

  /** Whether sockets must not be read. */
  public boolean isExhausted() {
    return usedBytes.get() >= maxBytes;
  }

  /** Whether sockets that were not read may be read again; lower, so that it does not flutter. */
  public boolean hasRecovered() {
    return usedBytes.get() <= maxBytes * READ_AGAIN;
  }

  public boolean shedsQos0() {
    return allBytes() > maxBytes * SHED_QOS_0;
  }

  /** Whether exports, aggregations and live feeds must make room. */
  public boolean shedsReads() {
    return allBytes() > maxBytes * SHED_READS;
  }

  public boolean refusesConnections() {
    return allBytes() > maxBytes * REFUSE_CONNECTIONS;
  }

  private long allBytes() {
    return usedBytes.get() + unreadBytes.get();
  }

  public long usedBytes() {
    return usedBytes.get();
  }

  public long unreadBytes() {
    return unreadBytes.get();
  }

  public long maxBytes() {
    return maxBytes;
  }
}
