package io.muster.ingest.endpoint.up;

import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.muster.ingest.endpoint.session.ConnectionControl;

/**
 * Bounds what one connection may have on its way to the store: in messages, in bytes, and its share
 * of what all may have. Beyond it the connection is not read. On the event loop.
 */
final class InFlight {
  /** What a message costs beside its payload: the objects that carry it, its topic. */
  static final int OVERHEAD_BYTES = 256;

  private final UpSupport support;
  private final ReadGate gate;
  private final ConnectionControl control;
  private final int mostMessages;
  private int messages;
  private long bytes;

  InFlight(UpSupport support, ReadGate gate, ConnectionControl control, int mostMessages) {
    this.support = support;
    this.gate = gate;
    this.control = control;
    this.mostMessages = mostMessages;
  }

  void add(int size) {
    messages++;
    bytes += size;
    support.budget().add(size);
    support.metrics().inFlight(1);
    if (messages >= mostMessages) {
      hold(Hold.WINDOW);
    }
    if (bytes >= support.config().windowBytes()) {
      hold(Hold.BYTES);
    }
    if (support.budget().isExhausted()) {
      control.waitForMemory();
    }
  }

  /** Gives back what was answered in one go. */
  void release(int count, long size) {
    messages -= count;
    bytes -= size;
    support.budget().release(size);
    support.metrics().inFlight(-count);
    // Lower than where it stopped, so that a connection does not stop and go with every message.
    if (messages <= mostMessages * 3L / 4) {
      gate.release(Hold.WINDOW);
    }
    if (bytes <= support.config().windowBytes() / 2) {
      gate.release(Hold.BYTES);
    }
  }

  private void hold(Hold hold) {
    if (!gate.isHeld(hold)) {
      support.metrics().held(hold);
      gate.hold(hold);
    }
  }
}
