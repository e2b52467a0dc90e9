package io.muster.ingest.endpoint.limits;

import io.muster.ingest.endpoint.limits.Limit.Answer;

/**
 * The subscriptions of one connection among those of its device, its tenant and all. What is
 * bounded is memory, so that a long filter counts for several. On the connection's event loop.
 */
public final class SubscriptionQuota {
  /** Longer than the filters of devices are, so that those count once. */
  private static final int CHARACTERS_OF_ONE = 128;

  private final DeviceUse use;
  private final int mostOfConnection;
  private int held;
  private int reserved;
  private boolean ended;

  public SubscriptionQuota(DeviceUse use, int mostOfConnection) {
    this.use = use;
    this.mostOfConnection = mostOfConnection;
  }

  /** For how many subscriptions one with this topic filter counts. */
  public static int weight(String filter) {
    return 1 + (filter.length() - 1) / CHARACTERS_OF_ONE;
  }

  /**
   * About how many bytes the filters of what there is have.
   *
   * @param more filters, of the usual length
   */
  public int bytes(int more) {
    return CHARACTERS_OF_ONE * (held + more);
  }

  /**
   * Sets a place aside for a new subscription; false, and counted, when there is none.
   *
   * @param weight by {@link #weight}
   */
  public boolean reserve(int weight) {
    var limit =
        held + reserved + weight > mostOfConnection
            ? Limit.CONNECTION_SUBSCRIPTIONS
            : use.subscribe(weight);
    if (limit != null) {
      use.reached(limit, Answer.REFUSED);
      return false;
    }
    reserved += weight;
    return true;
  }

  /** What was set aside is given back; what of it is used now was counted by {@link #held}. */
  public void settleReserved() {
    if (!ended) {
      use.subscriptions(-reserved);
      reserved = 0;
    }
  }

  /**
   * Counts what there is, also what was taken up from an earlier connection: it was promised.
   *
   * @param subscriptions of this connection now, by their weight
   */
  public void held(int subscriptions) {
    if (!ended) {
      use.subscriptions(subscriptions - held);
      held = subscriptions;
    }
  }

  /** The connection has ended. */
  public void end() {
    held(0);
    settleReserved();
    ended = true;
  }
}
