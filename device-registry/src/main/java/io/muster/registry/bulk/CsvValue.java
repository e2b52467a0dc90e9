package io.muster.registry.bulk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.regex.Pattern;

/**
 * An attribute's value as a cell. What can only be JSON is JSON: numbers, {@code true}, {@code
 * false}, {@code null}, and what begins with a brace, a bracket or a quote. All else is a text.
 *
 * <p>A text that would be taken for one of these, or by a spreadsheet for a formula, is written as
 * a JSON string: its quote comes first, so nothing is calculated, and what is read back is the
 * same.
 */
final class CsvValue {
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  private static final String OF_JSON = "{[\"";

  /** With these a spreadsheet begins to calculate; tab and return are skipped by some. */
  private static final String OF_FORMULAS = "=+-@\t\r\n";

  private CsvValue() {}

  /**
   * @param cell not empty
   * @throws JsonProcessingException when it begins like JSON and is none
   */
  static JsonNode read(String cell, ObjectMapper mapper) throws JsonProcessingException {
    return isJson(cell) ? mapper.readTree(cell) : TextNode.valueOf(cell);
  }

  /** Never empty: an empty cell says nothing about the attribute. */
  static String write(JsonNode value) {
    return value.isTextual() && isPlain(value.textValue()) ? value.textValue() : value.toString();
  }

  private static boolean isPlain(String text) {
    return !text.isEmpty() && OF_FORMULAS.indexOf(text.charAt(0)) < 0 && !isJson(text);
  }

  private static boolean isJson(String cell) {
    return OF_JSON.indexOf(cell.charAt(0)) >= 0
        || switch (cell) {
          case "true", "false", "null" -> true;
          default -> NUMBER.matcher(cell).matches();
        };
  }
}
