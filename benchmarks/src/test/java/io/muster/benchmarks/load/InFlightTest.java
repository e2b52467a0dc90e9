package io.muster.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InFlightTest {

  @Test
  void neverHoldsMoreThanTheWindow() {
    var inFlight = new InFlight(2);
    inFlight.take(10);
    inFlight.take(20);

    assertEquals(0, inFlight.room());
    assertThrows(IllegalStateException.class, () -> inFlight.take(30));
  }

  @Test
  void anAcknowledgedMessageMakesRoomAndTellsWhenItWasDue() {
    var inFlight = new InFlight(2);
    var first = inFlight.take(10);
    var second = inFlight.take(20);

    assertEquals(20, inFlight.release(second));
    assertEquals(1, inFlight.count());
    assertEquals(10, inFlight.release(first));
    assertEquals(2, inFlight.room());
  }

  @Test
  void aSecondOrForeignAcknowledgementIsTold() {
    var inFlight = new InFlight(2);
    var identifier = inFlight.take(10);
    inFlight.release(identifier);

    assertEquals(InFlight.NOT_IN_FLIGHT, inFlight.release(identifier));
    assertEquals(InFlight.NOT_IN_FLIGHT, inFlight.release(0));
    assertEquals(InFlight.NOT_IN_FLIGHT, inFlight.release(3));
    assertEquals(0, inFlight.count());
  }

  @Test
  void anIdentifierIsNotUsedAgainAtOnce() {
    var inFlight = new InFlight(3);
    var first = inFlight.take(10);
    inFlight.release(first);

    assertNotEquals(first, inFlight.take(20));
  }

  @Test
  void noIdentifierIsInFlightTwiceInWhateverOrderTheyComeBack() {
    var random = new Random(7);
    var inFlight = new InFlight(50);
    var out = new ArrayDeque<Integer>();
    var distinct = new HashSet<Integer>();
    for (var i = 0; i < 10_000; i++) {
      if (inFlight.room() > 0 && random.nextBoolean()) {
        var identifier = inFlight.take(i);
        assertTrue(distinct.add(identifier));
        if (random.nextBoolean()) {
          out.addLast(identifier);
        } else {
          out.addFirst(identifier);
        }
      } else if (!out.isEmpty()) {
        var identifier = out.removeFirst();
        assertNotEquals(InFlight.NOT_IN_FLIGHT, inFlight.release(identifier));
        distinct.remove(identifier);
      }
      assertEquals(distinct.size(), inFlight.count());
    }
  }

  @Test
  void aWindowThatMqttDoesNotKnowIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new InFlight(0));
    assertThrows(IllegalArgumentException.class, () -> new InFlight(65_536));
  }
}
