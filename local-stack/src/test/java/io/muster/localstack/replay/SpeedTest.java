package io.muster.localstack.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.UserMistake;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpeedTest {
  private static final Instant BEGAN = Instant.parse("2026-06-01T12:00:00Z");
  private static final Instant FIRST = Instant.parse("2015-02-04T17:51:00Z");

  @Test
  void aMinuteTakesASecondAtSixty() {
    var due = Speed.parse("60").due(BEGAN, FIRST, FIRST.plusSeconds(60));
    assertEquals(BEGAN.plusSeconds(1), due);
  }

  @Test
  void theFastestNeverWaits() {
    assertTrue(Speed.parse("max").due(BEGAN, FIRST, FIRST.plusSeconds(60)).isBefore(BEGAN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "fast", "NaN", "Infinity", ""})
  void refusesOthers(String text) {
    assertThrows(UserMistake.class, () -> Speed.parse(text));
  }
}
