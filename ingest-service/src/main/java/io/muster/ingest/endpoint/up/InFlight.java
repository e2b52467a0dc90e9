package io.muster.ingest.endpoint.up;

import io.muster.ingest.endpoint.limits.DeviceUse;
import io.muster.ingest.endpoint.limits.Limit.Answer;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.muster.ingest.endpoint.session.ConnectionControl;

/**
 * Bounds what one connection may have on its way to the store: in messages, in bytes, and its share
 * of what its device, its tenant and all may have. Beyond it the connection is not read. Goes on
 * counting when the connection has ended. On the event loop.
 */
public final class InFlight {
  /** What a message costs beside its payload: the objects that carry it, its topic. */
  static final int OVERHEAD_BYTES = 256;

  private final UpSupport support;
  private final DeviceUse use;
  private final ReadGate gate;
  private final ConnectionControl control;
  private final int mostMessages;
  private int messages;
  private long bytes;

  InFlight(
      UpSupport support,
      DeviceUse use,
      ReadGate gate,
      ConnectionControl control,
      int mostMessages) {
    this.support = support;
    this.use = use;
    this.gate = gate;
    this.control = control;
    this.mostMessages = mostMessages;
  }

  /** Counts something that is to be stored. */
  public void add(int size) {
    messages++;
    bytes += size;
    support.budget().add(size);
    use.add(size);
    if (messages >= mostMessages) {
      hold(Hold.WINDOW);
    }
    if (bytes >= support.config().windowBytes()) {
      hold(Hold.BYTES);
    }
    stopWhenOthersNeedTheRoom();
    if (support.budget().isExhausted()) {
      control.waitForMemory();
    }
  }

  /** Gives back what was stored in one go. */
  public void release(int count, long size) {
    messages -= count;
    bytes -= size;
    support.budget().release(size);
    use.release(count, size);
    // Lower than where it stopped, so that a connection does not stop and go with every message.
    if (messages <= mostMessages * 3L / 4) {
      gate.release(Hold.WINDOW);
    }
    if (bytes <= support.config().windowBytes() / 2) {
      gate.release(Hold.BYTES);
    }
    // One message on its way everybody may have: its answer then is what opens the gate again.
    if (gate.isHeld(Hold.IN_FLIGHT) && (messages == 0 || use.hasRoomAgain())) {
      gate.release(Hold.IN_FLIGHT);
    }
  }

  private void stopWhenOthersNeedTheRoom() {
    var full = use.full();
    if (full != null && !gate.isHeld(Hold.IN_FLIGHT)) {
      use.reached(full, Answer.SLOWED);
      hold(Hold.IN_FLIGHT);
    }
  }

  private void hold(Hold hold) {
    if (!gate.isHeld(hold)) {
      support.metrics().held(hold);
      gate.hold(hold);
    }
  }
}
