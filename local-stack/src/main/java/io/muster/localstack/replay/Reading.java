package io.muster.localstack.replay;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;

/**
 * One row.
 *
 * @param time its own
 * @param payload the reading as JSON, with {@code ts}
 */
record Reading(Instant time, byte[] payload) {
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * @param place of the row, for messages
   */
  static Reading of(List<String> names, int timeColumn, String[] cells, String place) {
    var time =
        Timestamp.parse(cells[timeColumn], place + ": column “" + names.get(timeColumn) + "”");
    var bytes = new ByteArrayOutputStream();
    try (var json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("ts", time.toString());
      for (var i = 0; i < cells.length; i++) {
        if (i != timeColumn) {
          Cell.write(names.get(i), Cell.of(cells[i]), json);
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Reading(time, bytes.toByteArray());
  }
}
