package io.muster.registry.emqx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RememberedTest {
  private Instant now = Instant.EPOCH;
  private final Remembered<String, Integer> remembered =
      new Remembered<>(
          2, Duration.ofSeconds(5), ((InstantSource) () -> now).withZone(ZoneOffset.UTC));

  @Test
  void forgetsInTimeAsOfTheQuestion() {
    remembered.put("a", 1, now.minusSeconds(2));
    assertEquals(Optional.of(1), remembered.get("a"));
    now = now.plusSeconds(3);
    assertEquals(Optional.empty(), remembered.get("a"));
    assertEquals(0, remembered.size());
  }

  @Test
  void theOneNotAskedForLongestGivesWay() {
    remembered.put("a", 1, now);
    remembered.put("b", 2, now);
    remembered.get("a");
    remembered.put("c", 3, now);
    assertEquals(2, remembered.size());
    assertTrue(remembered.get("b").isEmpty());
    assertEquals(Optional.of(1), remembered.get("a"));
  }
}
