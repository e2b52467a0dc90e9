package io.muster.localstack.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.localstack.UserMistake;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampTest {
  @ParameterizedTest
  @CsvSource({
    "2026-02-04T17:51:00Z, 2026-02-04T17:51:00Z",
    "2026-02-04T18:51:00+01:00, 2026-02-04T17:51:00Z",
    "2026-02-04T17:51:00.25, 2026-02-04T17:51:00.250Z",
    "2026-02-04 17:51, 2026-02-04T17:51:00Z",
    "2026-02-04 17:51:00Z, 2026-02-04T17:51:00Z",
    "2026-02-04, 2026-02-04T00:00:00Z",
    "1770227460000, 2026-02-04T17:51:00Z",
    "1770227460, 2026-02-04T17:51:00Z"
  })
  void readsTheUsualForms(String text, Instant expected) {
    assertEquals(expected, Timestamp.parse(text, 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "now", "04.02.2026", "2026-13-01", "12:00", "99999999999999999999"})
  void refusesOthers(String text) {
    assertThrows(UserMistake.class, () -> Timestamp.parse(text, 2));
  }
}
