package io.muster.contract.reading;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.muster.contract.reading.UnreadablePayload.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads one JSON object or an array of them. Not thread-safe. */
final class JsonReadings {
  static final String TIME = "ts";
  static final String TRACE_PARENT = "traceparent";
  static final String TRACE_STATE = "tracestate";

  private final ReadingLimits limits;
  private final ReadingAssembly assembly;
  private String traceparent;
  private String tracestate;

  JsonReadings(ReadingLimits limits, ReadingAssembly assembly) {
    this.limits = limits;
    this.assembly = assembly;
  }

  /**
   * @param parser before the first token
   */
  Decoded read(JsonParser parser) throws IOException, UnreadablePayload {
    traceparent = null;
    tracestate = null;
    var token = parser.nextToken();
    if (token == JsonToken.START_OBJECT) {
      return decoded(List.of(object(parser)), parser);
    }
    if (token != JsonToken.START_ARRAY) {
      throw notAReading("the payload is neither an object nor an array of objects");
    }
    var readings = new ArrayList<Reading>();
    while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
      if (token != JsonToken.START_OBJECT) {
        throw notAReading("the array holds something that is not an object");
      }
      Numbers.requireRoom(readings.size(), limits);
      readings.add(object(parser));
    }
    if (readings.isEmpty()) {
      throw notAReading("the array is empty");
    }
    return decoded(readings, parser);
  }

  private Decoded decoded(List<Reading> readings, JsonParser parser)
      throws IOException, UnreadablePayload {
    Numbers.requireEnd(parser);
    return new Decoded(readings, traceparent, tracestate);
  }

  private Reading object(JsonParser parser) throws IOException, UnreadablePayload {
    assembly.start();
    var reserved = 0;
    String name;
    while ((name = parser.nextFieldName()) != null) {
      var token = parser.nextToken();
      var which = reserved(name);
      if (which == 0) {
        value(parser, name, token);
      } else if ((reserved & which) != 0) {
        throw ReadingAssembly.twice();
      } else {
        reserved |= which;
        reservedMember(parser, which, token);
      }
    }
    return assembly.finish();
  }

  private static int reserved(String name) {
    return switch (name) {
      case TIME -> 1;
      case TRACE_PARENT -> 2;
      case TRACE_STATE -> 4;
      default -> 0;
    };
  }

  private void reservedMember(JsonParser parser, int which, JsonToken token)
      throws IOException, UnreadablePayload {
    if (which == 1) {
      assembly.time(Numbers.time(parser, token));
      return;
    }
    // A trace context of another type is no trace context; it must not cost the reading.
    requireScalar(token);
    var text = token == JsonToken.VALUE_STRING ? parser.getText() : null;
    if (which == 2) {
      traceparent = text;
    } else {
      tracestate = text;
    }
  }

  private void value(JsonParser parser, String name, JsonToken token)
      throws IOException, UnreadablePayload {
    switch (token) {
      case VALUE_NUMBER_FLOAT -> assembly.number(name, parser.getDoubleValue());
      case VALUE_NUMBER_INT -> assembly.integer(name, Numbers.integer(parser));
      case VALUE_TRUE -> assembly.flag(name, true);
      case VALUE_FALSE -> assembly.flag(name, false);
      case VALUE_STRING -> assembly.text(name, parser.getText());
      case VALUE_NULL -> throw notAReading("a value is null");
      case null, default -> requireScalar(token);
    }
  }

  private static void requireScalar(JsonToken token) throws UnreadablePayload {
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      throw notAReading("a value is an object or an array");
    }
  }

  private static UnreadablePayload notAReading(String message) {
    return new UnreadablePayload(Reason.NOT_A_READING, message);
  }
}
