package io.muster.ingest.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.rest.problem.RefusedException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @ParameterizedTest
  @CsvSource({
    "9223372036854775807, 0",
    "9223372036854775807, 2147483647",
    "-9223372036854775808, -1",
    "31556889864403199, 999999999",
    "-31557014167219200, 0",
    "253402300800, 0"
  })
  void refusesACursorWithATimeThatNoRowHas(long seconds, int nanos) {
    var bytes = ByteBuffer.allocate(29).put((byte) 1).putLong(seconds).putInt(nanos);
    var tampered = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    assertThrows(RefusedException.class, () -> TimeCursor.read(tampered, null));
  }
}
