package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.limits.Gathering;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.packets.FrameRoom;
import io.muster.ingest.endpoint.session.ConnectionControl;
import io.muster.ingest.endpoint.session.EndReason;

/**
 * Lets large packets gather only in memory that was set aside for them: a stranger's in that of
 * strangers, a device's in its share of the common one. On the event loop.
 */
final class MemoryRoom implements FrameRoom {
  /**
   * A connection that is not read keeps what a read or two brought, in a buffer that may be twice
   * as large; only of a client that has closed its half all comes that is on its way. With memory
   * short, nobody waits for that.
   */
  private static final int MOST_UNREAD_WHEN_SHORT = 2 * Transport.MOST_READ_BYTES;

  private final ReadGate gate;
  private final ConnectionTimers timers;
  private final ConnectionControl control;
  private ByteBudget budget;

  /** Null of a client that is no device, or not yet. */
  private Gathering ofDevice;

  private int mostBytes = Integer.MAX_VALUE;
  private int keptBytes;
  private int reservedBytes;

  MemoryRoom(
      ReadGate gate, ByteBudget strangers, ConnectionTimers timers, ConnectionControl control) {
    this.gate = gate;
    this.budget = strangers;
    this.timers = timers;
    this.control = control;
  }

  /** The device was let in. */
  void moveTo(ByteBudget accepted, Gathering gathering) {
    moveTo(accepted);
    ofDevice = gathering;
    if (reservedBytes > 0) {
      ofDevice.began(reservedBytes);
    }
  }

  /**
   * A client was let in that is no device yet, and has no share.
   *
   * @param most that may gather of it; with more announced it ends
   */
  void moveTo(ByteBudget accepted, int most) {
    moveTo(accepted);
    mostBytes = most;
  }

  /** Of a WebSocket frame something may be reserved already. */
  private void moveTo(ByteBudget accepted) {
    budget.unread(-keptBytes);
    budget.release(reservedBytes);
    budget = accepted;
    budget.unread(keptBytes);
    budget.add(reservedBytes);
  }

  @Override
  public boolean open() {
    return gate.isOpen();
  }

  @Override
  public boolean reserve(int bytes) {
    if (reservedBytes + bytes > mostBytes) {
      control.end(EndReason.PACKET_TOO_LARGE, "larger than being provisioned takes");
      return false;
    }
    var limit = ofDevice == null ? null : ofDevice.full(reservedBytes);
    if (limit != null) {
      ofDevice.reached(limit);
      control.waitToGather();
      return false;
    }
    if (!budget.tryReserve(bytes)) {
      control.waitForMemory();
      return false;
    }
    resize(bytes);
    timers.packetBegan();
    return true;
  }

  /** Whether what had to wait may gather now. */
  boolean mayGather() {
    return ofDevice == null || ofDevice.full(reservedBytes) == null;
  }

  @Override
  public void giveBack(int bytes) {
    budget.release(bytes);
    resize(-bytes);
    // Of a packet in several WebSocket frames the first of them gives back while the rest gathers.
    if (reservedBytes == 0) {
      timers.packetCame();
    }
  }

  private void resize(int change) {
    if (ofDevice != null && reservedBytes > 0) {
      ofDevice.ended(reservedBytes);
    }
    reservedBytes += change;
    if (ofDevice != null && reservedBytes > 0) {
      ofDevice.began(reservedBytes);
    }
  }

  @Override
  public void kept(int change) {
    keptBytes += change;
    budget.unread(change);
    if (change > 0
        && keptBytes > MOST_UNREAD_WHEN_SHORT
        && budget.refusesConnections()
        && gate.clientHasClosed()) {
      gate.giveUp();
    }
  }
}
