package io.muster.ingest.endpoint.limits;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The large packets of a device that have not come whole, over all its connections: of each the
 * memory is set aside when it is announced. They count like what is on its way to the store, and
 * all together have a part of the memory, which the tenants share. Thread-safe.
 */
public final class Gathering {
  /** Beyond this part of what may gather a device has one packet at a time. */
  private static final double CROWDED = 0.5;

  private final DeviceUse use;
  private final Load ofTenant;
  private final Load ofAll;
  private final AtomicInteger packets = new AtomicInteger();

  Gathering(DeviceUse use, Load ofTenant, Load ofAll) {
    this.use = use;
    this.ofTenant = ofTenant;
    this.ofAll = ofAll;
  }

  /**
   * The limit for which no more may gather now; null when there is none. One packet of each device
   * may, while its tenant keeps to its share, and one of each tenant always.
   *
   * @param ownBytes what is set aside for the packet that asks; 0 when it has just been announced
   */
  public Limit full(long ownBytes) {
    if (ofTenant.bytes() > ownBytes && ofAll.isTooMuch(ofTenant, ofAll.holders(), 1)) {
      return Limit.TOTAL_GATHERING;
    }
    var others = packets.get() - (ownBytes > 0 ? 1 : 0);
    if (others <= 0) {
      return null;
    }
    return ofAll.isAt(CROWDED) ? Limit.TOTAL_GATHERING : use.full();
  }

  /** Memory is set aside for a packet; give it back with {@link #ended}. */
  public void began(long bytes) {
    use.add(bytes);
    packets.incrementAndGet();
    if (ofTenant.add(bytes)) {
      ofAll.holders(1);
    }
    ofAll.add(bytes);
  }

  /** The packet has come, or never will. */
  public void ended(long bytes) {
    ofAll.release(1, bytes);
    if (ofTenant.release(1, bytes)) {
      ofAll.holders(-1);
    }
    packets.decrementAndGet();
    use.release(1, bytes);
  }

  /** Counts in the metrics that a packet has to wait. */
  public void reached(Limit limit) {
    use.reached(limit, Limit.Answer.SLOWED);
  }
}
