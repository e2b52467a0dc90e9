package io.muster.firmware.artifacts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.firmware.SetClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttendedBytesTest {
  private final List<Long> looks = new ArrayList<>();
  private final SetClock clock = new SetClock();

  @Test
  void looksEverySoManyBytesHoweverTheyAreRead() throws IOException {
    var bytes = attended(looks::add);
    assertEquals(4, bytes.read(new byte[4]));
    for (var i = 0; i < 6; i++) {
      bytes.read();
    }
    assertEquals(List.of(), looks);
    assertEquals(15, bytes.read(new byte[100], 3, 50));
    assertEquals(List.of(10L), looks);
    assertEquals(-1, bytes.read());
    assertEquals(-1, bytes.read(new byte[1]));
    assertEquals(List.of(10L, 25L), looks);
  }

  /** And what came before is the reader's. */
  @Test
  void whatALookThrowsEndsTheReading() throws IOException {
    var bytes =
        attended(
            _ -> {
              throw new IllegalStateException("full");
            });
    assertEquals(10, bytes.read(new byte[10]));
    assertThrows(IllegalStateException.class, bytes::read);
  }

  @Test
  void looksEverySoOftenHoweverFewCome() throws IOException {
    var bytes = attended(looks::add);
    clock.advance(Duration.ofMinutes(1).minusMillis(1));
    bytes.read();
    assertEquals(List.of(), looks);
    clock.advance(Duration.ofMillis(1));
    bytes.read();
    bytes.read();
    assertEquals(List.of(1L), looks);
    clock.advance(Duration.ofMinutes(1));
    bytes.read();
    assertEquals(List.of(1L, 3L), looks);
  }

  private AttendedBytes attended(AttendedBytes.Look look) {
    return new AttendedBytes(
        new ByteArrayInputStream(new byte[25]), 10, Duration.ofMinutes(1), clock, look);
  }
}
