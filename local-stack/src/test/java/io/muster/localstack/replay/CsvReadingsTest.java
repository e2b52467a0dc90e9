package io.muster.localstack.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.UserMistake;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvReadingsTest {
  @TempDir Path folder;

  @Test
  void aRowBecomesAReadingWithItsOwnTime() throws IOException {
    assertEquals(
        List.of("{\"ts\":\"2026-02-04T17:51:00Z\",\"temperature\":23.18,\"occupied\":true}"),
        payloads("time,temperature,occupied\n2026-02-04T17:51:00Z,23.18,true\n"));
  }

  @Test
  void digitsAreKeptAsTheyAre() throws IOException {
    assertEquals(
        List.of(
            "{\"ts\":\"2026-01-01T00:00:00Z\",\"a\":0.00479298817625529,\"b\":1.50,\"c\":-2e-3}"),
        payloads("time,a,b,c\n2026-01-01T00:00:00Z,0.00479298817625529,1.50,-2e-3\n"));
  }

  @Test
  void quotedCellsMayHoldCommasQuotesAndLineBreaks() throws IOException {
    assertEquals(
        List.of("{\"ts\":\"2026-01-01T00:00:00Z\",\"note\":\"a, \\\"b\\\"\\nc\"}"),
        payloads("time,note\n2026-01-01T00:00:00Z,\"a, \"\"b\"\"\nc\"\n"));
  }

  @Test
  void whatIsNoJsonNumberIsText() throws IOException {
    assertEquals(
        List.of(
            "{\"ts\":\"2026-01-01T00:00:00Z\",\"a\":\"007\",\"b\":\"NaN\",\"c\":\"1.\",\"d\":\"+1\"}"),
        payloads("time,a,b,c,d\n2026-01-01T00:00:00Z,007,NaN,1.,+1\n"));
  }

  @Test
  void anEmptyCellIsLeftOut() throws IOException {
    assertEquals(
        List.of("{\"ts\":\"2026-01-01T00:00:00Z\",\"b\":2}"),
        payloads("time,a,b\n2026-01-01T00:00:00Z,,2\n"));
  }

  @Test
  void theTimeMayStandInAnyColumnAndHaveAnyName() throws IOException {
    assertEquals(
        List.of("{\"ts\":\"2026-01-01T00:00:00Z\",\"a\":1}"),
        payloads("a,when\n1,2026-01-01T00:00:00Z\n", "when"));
  }

  @Test
  void aByteOrderMarkAndWindowsLineEndsAreNoTrouble() throws IOException {
    assertEquals(
        List.of("{\"ts\":\"2026-01-01T00:00:00Z\",\"a\":1}"),
        payloads("\uFEFFtime,a\r\n2026-01-01T00:00:00Z,1\r\n"));
  }

  @Test
  void aFileWithoutTheTimeColumnTellsWhichThereAre() {
    var mistake = mistake("when,a\n2026-01-01T00:00:00Z,1\n");
    assertTrue(mistake.contains("when, a"), mistake);
  }

  @Test
  void aBadTimeNamesItsFileLineAndColumn() {
    var mistake = mistake("time,a\n2026-01-01T00:00:00Z,1\nyesterday,2\n");
    assertTrue(mistake.contains("x.csv, line 3: column “time” holds “yesterday”"), mistake);
  }

  @Test
  void aRowWithMissingCellsNamesItsLine() {
    var mistake = mistake("time,a,b\n2026-01-01T00:00:00Z,1,2\n2026-01-01T00:00:01Z,1\n");
    assertTrue(mistake.contains("line 3"), mistake);
  }

  @Test
  void aColumnThatWouldReplaceTheTimeIsAMistake() {
    assertTrue(mistake("time,ts\n2026-01-01T00:00:00Z,1\n").contains("“ts”"));
  }

  @Test
  void twoColumnsOfOneNameAreAMistake() {
    assertTrue(mistake("time,a,a\n2026-01-01T00:00:00Z,1,2\n").contains("two columns"));
  }

  @Test
  void anEmptyFileIsAMistake() {
    assertTrue(mistake("").contains("is empty"));
  }

  @Test
  void whatIsNoTextIsAMistake() throws IOException {
    var file = Files.write(folder.resolve("x.csv"), new byte[] {'t', (byte) 0xff, (byte) 0xfe});
    assertThrows(UserMistake.class, () -> CsvReadings.open(file, "time").close());
  }

  @Test
  void anAbsentFileIsAMistake() {
    var absent = folder.resolve("absent.csv");
    assertThrows(UserMistake.class, () -> CsvReadings.open(absent, "time").close());
  }

  @Test
  void aHeaderAloneIsNoReadings() throws IOException {
    var file = Files.writeString(folder.resolve("x.csv"), "time,a\n");
    try (var readings = CsvReadings.open(file, "time")) {
      assertFalse(readings.hasNext());
    }
  }

  private String mistake(String csv) {
    return assertThrows(UserMistake.class, () -> payloads(csv)).getMessage();
  }

  private List<String> payloads(String csv) throws IOException {
    return payloads(csv, "time");
  }

  private List<String> payloads(String csv, String time) throws IOException {
    var file = Files.writeString(folder.resolve("x.csv"), csv);
    var payloads = new ArrayList<String>();
    try (var readings = CsvReadings.open(file, time)) {
      while (readings.hasNext()) {
        payloads.add(new String(readings.next().payload(), StandardCharsets.UTF_8));
      }
    }
    return payloads;
  }
}
