package io.muster.ingest.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.reading.ReadingValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ExportLinesTest {
  private static final StoredReading READING =
      new StoredReading(
          Instant.parse("2015-02-04T17:51:00Z"),
          new UUID(0, 1),
          new TreeMap<>(
              Map.of(
                  "a", new ReadingValue.Number(23.18),
                  "b", new ReadingValue.ExactInteger(9007199254740993L),
                  "c", new ReadingValue.Flag(true),
                  "d,e", new ReadingValue.Text("say \"é\",\nplease"),
                  "f", new ReadingValue.Text(""))));

  @Test
  void writesCsvAsRfc4180Says() {
    var csv = new CsvLines(List.of("a", "b", "c", "d,e", "f", "missing"));
    assertEquals("time,a,b,c,\"d,e\",f,missing\r\n", new String(csv.head(), UTF_8));
    assertEquals(
        "2015-02-04T17:51:00Z,23.18,9007199254740993,true,\"say \"\"é\"\",\nplease\",\"\",\r\n",
        new String(csv.lines(List.of(READING)), UTF_8));
  }

  @Test
  void writesAnObjectOnEachLine() {
    var line =
        "{\"time\":\"2015-02-04T17:51:00Z\",\"values\":{\"a\":23.18,\"b\":9007199254740993,"
            + "\"c\":true,\"d,e\":\"say \\\"é\\\",\\nplease\",\"f\":\"\"}}";
    assertEquals(
        line + "\n" + line, new String(new NdjsonLines().lines(List.of(READING, READING)), UTF_8));
  }
}
