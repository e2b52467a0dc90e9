package io.muster.localstack.replay;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.regex.Pattern;

/** What the text in a CSV cell means. */
sealed interface Cell {
  /** A number; its digits are kept as they are. */
  record Number(String digits) implements Cell {}

  record Truth(boolean value) implements Cell {}

  record Text(String value) implements Cell {}

  /** Nothing: the reading has no such field. */
  record Empty() implements Cell {}

  /** A number as in JSON (RFC 8259 §6): what else looks like one, such as 007, is a name. */
  Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  static Cell of(String text) {
    var trimmed = text.strip();
    if (trimmed.isEmpty()) {
      return new Empty();
    }
    if (NUMBER.matcher(trimmed).matches()) {
      return new Number(trimmed);
    }
    if (trimmed.equalsIgnoreCase("true") || trimmed.equalsIgnoreCase("false")) {
      return new Truth(Boolean.parseBoolean(trimmed));
    }
    return new Text(text);
  }

  /** Writes it as a member of a JSON object, unless it is empty. */
  static void write(String name, Cell cell, JsonGenerator json) throws IOException {
    switch (cell) {
      case Number(var digits) -> {
        json.writeFieldName(name);
        json.writeNumber(digits);
      }
      case Truth(var value) -> json.writeBooleanField(name, value);
      case Text(var value) -> json.writeStringField(name, value);
      case Empty() -> {}
    }
  }
}
