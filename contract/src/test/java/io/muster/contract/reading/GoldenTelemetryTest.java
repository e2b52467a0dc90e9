package io.muster.contract.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoldenTelemetryTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final ReadingDecoder decoder = new ReadingDecoder(ReadingLimits.DEFAULT);

  @ParameterizedTest
  @CsvSource({
    "object.json, object, application/json",
    "array.json, array, application/json; charset=utf-8",
    "exact-integers.json, exact-integers, application/json",
    "traced.json, traced, application/json",
    "pack-json.senml.json, pack-json, application/senml+json",
    "pack-cbor.senml.cbor, pack-cbor, application/senml+cbor"
  })
  void readsTheSameReadingsByContentTypeAndByFirstByte(
      String payload, String expected, String contentType) throws Exception {
    var bytes = golden(payload);
    var readings = decoder.decode(bytes, contentType, null, NOW).readings();
    assertEquals(readingsIn(expected), readings);
    assertEquals(readings, decoder.decode(bytes, null, null, NOW).readings());
  }

  @Test
  void unpacksGzip() throws Exception {
    var packed = golden("object.json.gz");
    assertEquals(readingsIn("object"), decoder.decode(packed, null, "gzip", NOW).readings());
    assertEquals(readingsIn("object"), decoder.decode(packed, null, null, NOW).readings());
  }

  @Test
  void stripsTheTraceContextOfA311Device() throws Exception {
    var decoded = decoder.decode(golden("traced.json"), null, null, NOW);
    assertEquals("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", decoded.traceparent());
    assertEquals("a=b", decoded.tracestate());
  }

  @Test
  void readsBackWhatItWrites() throws Exception {
    for (var name : List.of("object", "array", "exact-integers", "pack-json", "pack-cbor")) {
      for (var reading : readingsIn(name)) {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(text)) {
          ReadingJson.write(reading, json);
        }
        var again = decoder.decode(text.toString().getBytes("UTF-8"), null, null, NOW);
        assertEquals(List.of(reading), again.readings());
      }
    }
  }

  private List<Reading> readingsIn(String name) throws UnreadablePayload {
    return decoder
        .decode(golden(name + ".expected.json"), ReadingDecoder.JSON, null, NOW)
        .readings();
  }

  private static byte[] golden(String name) {
    try (var stream = GoldenTelemetryTest.class.getResourceAsStream("/golden/telemetry/" + name)) {
      return stream.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
