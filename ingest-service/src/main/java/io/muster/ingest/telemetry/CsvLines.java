package io.muster.ingest.telemetry;

import io.muster.contract.reading.ReadingValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A column for the time and one for each field, a line for each reading (RFC 4180). A missing value
 * is an empty cell, an empty text is {@code ""}. Texts that a spreadsheet would take for a formula
 * are written as they are: the reader of an export is a program.
 */
final class CsvLines implements ExportLines {
  static final String MEDIA_TYPE = "text/csv";

  private static final String END = "\r\n";

  private final List<String> fields;

  /**
   * @param fields the columns after the time
   */
  CsvLines(Iterable<String> fields) {
    var columns = new ArrayList<String>();
    fields.forEach(columns::add);
    this.fields = List.copyOf(columns);
  }

  @Override
  public byte[] head() {
    var line = new StringBuilder("time");
    for (var field : fields) {
      line.append(',').append(cell(field, false));
    }
    return line.append(END).toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] lines(List<StoredReading> readings) {
    var lines = new StringBuilder(readings.size() * 64);
    for (var reading : readings) {
      lines.append(reading.time());
      for (var field : fields) {
        lines.append(',');
        var value = reading.values().get(field);
        if (value != null) {
          lines.append(cell(value));
        }
      }
      lines.append(END);
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String cell(ReadingValue value) {
    return value instanceof ReadingValue.Text text
        ? cell(text.value(), true)
        : ReadingItem.plain(value).toString();
  }

  private static String cell(String text, boolean isValue) {
    var plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return plain && !(isValue && text.isEmpty()) ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
