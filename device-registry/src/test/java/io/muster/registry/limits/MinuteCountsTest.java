package io.muster.registry.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class MinuteCountsTest {
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");

  private final MinuteCounts counts =
      new MinuteCounts(((InstantSource) () -> now).withZone(ZoneOffset.UTC));

  @Test
  void countsByNameUntilTheMinuteEnds() {
    assertEquals(1, counts.add("a"));
    assertEquals(2, counts.add("a"));
    assertEquals(1, counts.add("b"));
    now = now.plusSeconds(59);
    assertEquals(2, counts.of("a"));
    now = now.plusSeconds(1);
    assertEquals(0, counts.of("a"));
  }

  @Test
  void keepsABoundedNumberOfNames() {
    counts.add("first");
    for (int i = 0; i < 10_000; i++) {
      counts.add("name-" + i);
    }
    assertEquals(0, counts.of("first"));
    assertEquals(1, counts.of("name-9999"));
  }
}
