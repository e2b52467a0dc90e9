package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.packets.FrameRoom;
import io.muster.ingest.endpoint.session.ConnectionControl;

/** Lets large packets gather only in memory that was set aside for them. On the event loop. */
final class MemoryRoom implements FrameRoom {
  private final ReadGate gate;
  private final ByteBudget budget;
  private final ConnectionTimers timers;
  private final ConnectionControl control;

  MemoryRoom(ReadGate gate, ByteBudget budget, ConnectionTimers timers, ConnectionControl control) {
    this.gate = gate;
    this.budget = budget;
    this.timers = timers;
    this.control = control;
  }

  @Override
  public boolean open() {
    return gate.isOpen();
  }

  @Override
  public boolean reserve(int bytes) {
    if (budget.tryReserve(bytes)) {
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
  }
}
