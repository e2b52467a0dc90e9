package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the application holds. */
class HeldTest {
  private final Held held = new Held();
  private final Connection connection = new Connection(null, "c");

  private Delivery handedOut(Connection on, Duration ago) {
    var delivery = new Delivery(on, null, 0);
    held.add(delivery, System.nanoTime() - ago.toNanos());
    return delivery;
  }

  @Test
  void oneThatIsNeverSettledKeepsNoneOfThoseAfterIt() {
    handedOut(connection, Duration.ofMinutes(10));
    for (var number = 0; number < 100; number++) {
      held.settled(handedOut(connection, Duration.ZERO));
    }
    assertEquals(1, held.count());
    assertTrue(held.oldest().compareTo(Duration.ofMinutes(10)) >= 0);
  }

  @Test
  void whatCameOnAFormerConnectionIsHeldNoMore() {
    handedOut(connection, Duration.ofMinutes(10));
    connection.closed();
    assertEquals(0, held.count());
    assertEquals(Duration.ZERO, held.oldest());
    var next = new Connection(null, "c");
    handedOut(next, Duration.ofSeconds(1));
    assertEquals(1, held.count());
    assertTrue(held.oldest().compareTo(Duration.ofMinutes(1)) < 0);
  }
}
