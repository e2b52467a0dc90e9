package io.muster.registry.bulk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A body that goes on for ever ends with the time that an import has. */
@Timeout(300)
class EndlessRowsTest {
  private static final int MAX = 2_000;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Test
  void blankLinesWithoutEndBreakOff() {
    assertBreaksOff("\n \r\n");
  }

  @Test
  void aLineWithoutEndBreaksOff() {
    assertBreaksOff("x");
  }

  @Test
  void aBodyThatEndsInTimeIsReadToItsEnd() throws IOException {
    var bytes = "{\"id\":1}\n\n{\"id\":2}".getBytes(StandardCharsets.UTF_8);
    var lines = new Lines(new ByteArrayInputStream(bytes), MAX, () -> false);
    var rows = new NdjsonRows(lines, MAPPER);
    assertEquals(1, rows.next().line());
    assertEquals(3, rows.next().line());
    assertEquals(null, rows.next());
  }

  private static void assertBreaksOff(String repeated) {
    var looks = new AtomicInteger();
    BooleanSupplier over = () -> looks.incrementAndGet() > 100;
    var ndjson = new NdjsonRows(new Lines(new Endless(repeated), MAX, over), MAPPER);
    assertThrows(IOException.class, ndjson::next);
    looks.set(0);
    var csv = new Lines(new Endless(repeated), MAX, over);
    assertThrows(IOException.class, () -> new CsvRows(csv, MAX, MAPPER).next());
    assertTrue(looks.get() > 100);
  }

  private static final class Endless extends InputStream {
    private final byte[] repeated;
    private long at;

    Endless(String repeated) {
      this.repeated = repeated.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int read() {
      return repeated[(int) (at++ % repeated.length)];
    }
  }
}
