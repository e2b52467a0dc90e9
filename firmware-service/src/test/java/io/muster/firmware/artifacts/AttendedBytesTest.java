package io.muster.firmware.artifacts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttendedBytesTest {
  private final List<Long> looks = new ArrayList<>();

  @Test
  void looksEverySoManyBytesHoweverTheyAreRead() throws IOException {
    var bytes = new AttendedBytes(new ByteArrayInputStream(new byte[25]), 10, looks::add);
    assertEquals(4, bytes.read(new byte[4]));
    for (var i = 0; i < 5; i++) {
      bytes.read();
    }
    assertEquals(List.of(), looks);
    bytes.read();
    assertEquals(List.of(10L), looks);
    assertEquals(15, bytes.read(new byte[100], 3, 50));
    assertEquals(List.of(10L, 25L), looks);
    assertEquals(-1, bytes.read());
    assertEquals(-1, bytes.read(new byte[1]));
    assertEquals(2, looks.size());
  }

  @Test
  void whatALookThrowsEndsTheReading() {
    var bytes =
        new AttendedBytes(
            new ByteArrayInputStream(new byte[25]),
            10,
            _ -> {
              throw new IllegalStateException("full");
            });
    assertThrows(IllegalStateException.class, () -> bytes.read(new byte[10]));
  }
}
