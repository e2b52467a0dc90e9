package io.muster.ingest.endpoint.limits;

import io.muster.rest.bans.Network;
import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections that nobody has let in yet: how many there are, how many of one address, and what
 * they hold. Their memory is apart from that of those who were let in, so that strangers can only
 * be in each other's way. Thread-safe.
 */
public final class Knocking {
  private final Seats seats;
  private final int mostPerAddress;
  private final ByteBudget memory;
  private final ConcurrentHashMap<Network, Integer> byAddress = new ConcurrentHashMap<>();

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
    private Network address;

    private boolean left;

    private Place(Network address) {
      this.address = address;
    }

    /**
     * Says of which address it is; once.
     *
     * @return false when too many are taken from that address; then it is to be left
     */
    public boolean belongsTo(SocketAddress remote) {
      address = Network.of(remote);
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
