package io.muster.ingest.endpoint.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

class ReadGateTest {
  private final PausedConnections paused = new PausedConnections();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ReadGate gate = new ReadGate(channel, () -> {}, paused);

  @Test
  void aConnectionIsCountedOnceHoweverManyHoldIt() {
    gate.hold(Hold.WINDOW);
    gate.hold(Hold.RATE);
    assertEquals(1, paused.count());
    assertFalse(channel.config().isAutoRead());
    gate.release(Hold.RATE);
    assertEquals(1, paused.count());
    gate.release(Hold.WINDOW);
    channel.runPendingTasks();
    assertEquals(0, paused.count());
    assertTrue(channel.config().isAutoRead());
  }

  @Test
  void aConnectionThatEndsWhileItIsHeldIsCountedNoLongerAndOnce() {
    gate.hold(Hold.ADMISSION);
    gate.abandon();
    gate.abandon();
    gate.hold(Hold.OUTPUT);
    gate.release(Hold.ADMISSION);
    assertEquals(0, paused.count());
    assertFalse(gate.isOpen());
  }

  @Test
  void aConnectionThatEndsWithoutBeingHeldWasNeverCounted() {
    gate.abandon();
    gate.abandon();
    assertEquals(0, paused.count());
  }

  @Test
  void eachReasonIsCountedUntilItIsGoneOrTheConnectionIs() {
    gate.hold(Hold.WINDOW);
    gate.hold(Hold.WINDOW);
    gate.hold(Hold.RATE);
    assertEquals(1, paused.count(Hold.WINDOW));
    assertEquals(1, paused.count(Hold.RATE));
    gate.release(Hold.RATE);
    gate.release(Hold.RATE);
    assertEquals(0, paused.count(Hold.RATE));
    gate.abandon();
    gate.abandon();
    gate.hold(Hold.OUTPUT);
    gate.release(Hold.WINDOW);
    gate.release(Hold.OUTPUT);
    for (var hold : Hold.values()) {
      assertEquals(0, paused.count(hold), hold::name);
    }
  }
}
