package io.muster.localstack.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.UserMistake;
import java.time.Instant;
import org.junit.jupiter.api.Test;
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
    assertEquals(expected, Timestamp.parse(text, "x.csv, line 2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "now",
        "04.02.2026",
        "2026-13-01",
        "12:00",
        "99999999999999999999",
        "9999999999999999",
        "+10000-01-01T00:00:00Z",
        "-0001-01-01"
      })
  void refusesOthersWithWhatIsExpectedAndWhere(String text) {
    var mistake =
        assertThrows(UserMistake.class, () -> Timestamp.parse(text, "x.csv, line 2")).getMessage();
    assertTrue(mistake.startsWith("x.csv, line 2 holds “" + text + "”"), mistake);
    assertTrue(mistake.contains("2026-02-04T17:51:00Z"), mistake);
  }

  @Test
  void saysThatACellIsEmpty() {
    var mistake =
        assertThrows(UserMistake.class, () -> Timestamp.parse(" ", "x.csv, line 2")).getMessage();
    assertTrue(mistake.startsWith("x.csv, line 2 is empty"), mistake);
  }
}
