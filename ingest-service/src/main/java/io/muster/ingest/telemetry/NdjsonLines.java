package io.muster.ingest.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import io.muster.contract.reading.ReadingJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A JSON object on each line, of the form of an item of the query. */
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
      for (var reading : readings) {
        generator.writeStartObject();
        generator.writeStringField("time", reading.time().toString());
        generator.writeObjectFieldStart("values");
        ReadingJson.writeMembers(reading.values(), generator);
        generator.writeEndObject();
        generator.writeEndObject();
        generator.writeRaw('\n');
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }
}
