package io.muster.contract.reading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventTimeTest {
  private static final String ALPHABET = "{}[]\":,.+-eE0123456789tsxtruefalsn\\u \u0000";

  @Test
  void findsTheTimeAmongTheMembers() {
    assertEquals(
        Optional.of(Instant.ofEpochMilli(1_000)),
        EventTime.of("{\"a\":{\"ts\":5},\"ts\":1000}".getBytes(UTF_8)));
  }

  @Test
  void neverThrowsWhateverTheBytesAre() {
    var random = new Random(7);
    for (int i = 0; i < 50_000; i++) {
      var payload = new StringBuilder("{\"ts\":");
      for (int n = random.nextInt(24); n >= 0; n--) {
        payload.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
      }
      var bytes = payload.toString().getBytes(UTF_8);
      assertDoesNotThrow(() -> EventTime.of(bytes), payload::toString);
    }
  }
}
