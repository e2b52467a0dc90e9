package io.muster.ingest.endpoint.limits;

import io.muster.ingest.endpoint.limits.Limit.Answer;

/**
 * The subscriptions of one connection among those of its device, its tenant and all. On the
 * connection's event loop.
 */
public final class SubscriptionQuota {
  private final DeviceUse use;
  private final int mostOfConnection;
  private int held;
  private int reserved;
  private boolean ended;

  public SubscriptionQuota(DeviceUse use, int mostOfConnection) {
    this.use = use;
    this.mostOfConnection = mostOfConnection;
  }

  /** Sets a place aside for a new subscription; false, and counted, when there is none. */
  public boolean reserve() {
    var limit =
        held + reserved >= mostOfConnection ? Limit.CONNECTION_SUBSCRIPTIONS : use.subscribe();
    if (limit != null) {
      use.reached(limit, Answer.REFUSED);
      return false;
    }
    reserved++;
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
   * @param subscriptions of this connection now
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
