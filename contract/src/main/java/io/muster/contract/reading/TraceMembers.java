package io.muster.contract.reading;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds the W3C trace context among the members of a telemetry message, where devices without user
 * properties (MQTT 3.1.1) put it, ahead of the decoding. Only plain JSON is looked at, and of an
 * array the first object. Stateless.
 */
public final class TraceMembers {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private TraceMembers() {}

  /**
   * @param payload anything
   * @return {@code traceparent} and {@code tracestate} as far as they are there; empty when the
   *     payload is not JSON
   */
  public static Map<String, String> of(byte[] payload) {
    if (payload.length == 0 || (payload[0] != '{' && payload[0] != '[')) {
      return Map.of();
    }
    var found = new HashMap<String, String>(2);
    try (var parser = JSON.createParser(payload)) {
      if (parser.nextToken() == JsonToken.START_ARRAY) {
        parser.nextToken();
      }
      read(parser, found);
    } catch (IOException | IllegalStateException notWellFormed) {
      // The decoder will say so; what was found before is as good as it was.
    }
    return found;
  }

  private static void read(JsonParser parser, Map<String, String> found) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return;
    }
    String name;
    while (found.size() < 2 && (name = parser.nextFieldName()) != null) {
      var isText = parser.nextToken() == JsonToken.VALUE_STRING;
      if (isText
          && (name.equals(JsonReadings.TRACE_PARENT) || name.equals(JsonReadings.TRACE_STATE))) {
        found.put(name, parser.getText());
      } else {
        parser.skipChildren();
      }
    }
  }
}
