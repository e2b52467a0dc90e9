package io.muster.ingest.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import io.muster.contract.reading.ReadingJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A JSON object on each line, of the form of an item of the query. The last line's end is left to
 * the framework, which ends each chunk of this media type with one.
 */
final class NdjsonLines implements ExportLines {
  static final String MEDIA_TYPE = "application/x-ndjson";

  private final JsonFactory json = new JsonFactory();

  @Override
  public byte[] head() {
    return new byte[0];
  }

  @Override
  public byte[] lines(List<StoredReading> readings) {
    var bytes = new ByteArrayOutputStream(readings.size() * 96);
    try (var generator = json.createGenerator(bytes)) {
      generator.setRootValueSeparator(null);
      for (int i = 0; i < readings.size(); i++) {
        var reading = readings.get(i);
        if (i > 0) {
          generator.writeRaw('\n');
        }
        generator.writeStartObject();
        generator.writeStringField("time", reading.time().toString());
        generator.writeObjectFieldStart("values");
        ReadingJson.writeMembers(reading.values(), generator);
        generator.writeEndObject();
        generator.writeEndObject();
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }
}
