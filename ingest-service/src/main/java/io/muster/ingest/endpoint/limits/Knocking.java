package io.muster.ingest.endpoint.limits;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections that nobody has let in yet: how many there are, how many of one address, and what
 * they hold. Their memory is apart from that of those who were let in, so that strangers can only
 * be in each other's way. Thread-safe.
 */
public final class Knocking {
  /** A network of IPv6 is somebody's as a whole (RFC 6177); its addresses are free to choose. */
  private static final int IPV6_PREFIX_BYTES = 8;

  private static final ByteBuffer UNKNOWN = ByteBuffer.allocate(0);

  private final Seats seats;
  private final int mostPerAddress;
  private final ByteBudget memory;
  private final ConcurrentHashMap<ByteBuffer, Integer> byAddress = new ConcurrentHashMap<>();

  public Knocking(Seats seats, int mostPerAddress, ByteBudget memory) {
    this.seats = seats;
    this.mostPerAddress = mostPerAddress;
    this.memory = memory;
  }

  /** Takes a place; null when there is none, or too many are taken from that address. */
  public Place take(SocketAddress remote) {
    if (!seats.take()) {
      return null;
    }
    var place = new Place(null);
    if (!place.belongsTo(remote)) {
      place.leave();
      return null;
    }
    return place;
  }

  /** Takes a place of no address yet; null when there is none. */
  public Place takeUnnamed() {
    return seats.take() ? new Place(null) : null;
  }

  private static ByteBuffer key(SocketAddress remote) {
    if (!(remote instanceof InetSocketAddress address) || address.getAddress() == null) {
      return UNKNOWN;
    }
    var bytes = address.getAddress().getAddress();
    return ByteBuffer.wrap(Arrays.copyOf(bytes, Math.min(bytes.length, IPV6_PREFIX_BYTES)));
  }

  /** What they hold of CONNECTs, whole and half. */
  public ByteBudget memory() {
    return memory;
  }

  public Seats seats() {
    return seats;
  }

  /** A connection's place. On its event loop. */
  public final class Place {
    /** Null when it is of none. */
    private ByteBuffer address;

    private boolean left;

    private Place(ByteBuffer address) {
      this.address = address;
    }

    /**
     * Says of which address it is; once.
     *
     * @return false when too many are taken from that address; then it is to be left
     */
    public boolean belongsTo(SocketAddress remote) {
      address = key(remote);
      return byAddress.merge(address, 1, Integer::sum) <= mostPerAddress;
    }

    /** Gives it back; again it does nothing. */
    public void leave() {
      if (!left) {
        left = true;
        if (address != null) {
          byAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
        }
        seats.leave();
      }
    }
  }
}
