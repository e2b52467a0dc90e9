package io.muster.ingest.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.ingest.problem.RefusedException;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeCursorTest {

  @Test
  void readsWhatItWrote() {
    var cursor = new TimeCursor(Instant.parse("2015-02-04T17:51:00.123456Z"), UUID.randomUUID());
    assertEquals(cursor, TimeCursor.read(cursor.text(), null));
    assertEquals(cursor, TimeCursor.read(null, cursor));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "!!!", "AAAA", "f39__________3__________________________"})
  void refusesWhatItDidNotWrite(String text) {
    assertThrows(RefusedException.class, () -> TimeCursor.read(text, null));
  }
}
