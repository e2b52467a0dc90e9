package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.packets.FrameRoom;
import io.muster.ingest.endpoint.session.ConnectionControl;

/**
 * Lets large packets gather only in memory that was set aside for them: a stranger's in that of
 * strangers. On the event loop.
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
  private int keptBytes;
  private int reservedBytes;

  MemoryRoom(
      ReadGate gate, ByteBudget strangers, ConnectionTimers timers, ConnectionControl control) {
    this.gate = gate;
    this.budget = strangers;
    this.timers = timers;
    this.control = control;
  }

  /** The client was let in; of a WebSocket frame something may be reserved already. */
  void moveTo(ByteBudget accepted) {
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
    if (budget.tryReserve(bytes)) {
      reservedBytes += bytes;
      timers.packetBegan();
      return true;
    }
    control.waitForMemory();
    return false;
  }

  @Override
  public void giveBack(int bytes) {
    timers.packetCame();
    budget.release(bytes);
    reservedBytes -= bytes;
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
