package io.muster.registry.bulk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvValueTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Test
  void readsNumbersTruthValuesAndTexts() throws Exception {
    assertEquals(json("3"), read("3"));
    assertEquals(json("-2.5e3"), read("-2.5e3"));
    assertEquals(json("true"), read("true"));
    assertEquals(json("null"), read("null"));
    assertEquals(json("{\"a\":[1]}"), read("{\"a\":[1]}"));
    assertEquals(TextNode.valueOf("03"), read("03"));
    assertEquals(TextNode.valueOf("1.2.3"), read("1.2.3"));
    assertEquals(TextNode.valueOf("+49 731"), read("+49 731"));
    assertEquals(TextNode.valueOf("True"), read("True"));
    assertEquals(TextNode.valueOf("3"), read("\"3\""));
  }

  @Test
  void whatBeginsLikeJsonAndIsNoneIsRefused() {
    for (var cell : List.of("{", "[1", "\"a", "{a}")) {
      assertThrows(JsonProcessingException.class, () -> read(cell));
    }
  }

  @Test
  void whatIsWrittenIsReadBack() throws Exception {
    for (var text :
        List.of(
            "1",
            "-1.5",
            "\"1\"",
            "\"\"",
            "\"true\"",
            "true",
            "null",
            "\"null\"",
            "\"{\"",
            "[]",
            "{\"a\":{\"b\":null}}",
            "\"=1+1\"",
            "\"-1+1\"",
            "\"@x\"",
            "\"+1\"",
            "\"a\\\"b\"",
            "\"Ulm\"",
            "\"\\t=1\"",
            "9007199254740993",
            "\" 1\"")) {
      assertEquals(json(text), read(CsvValue.write(json(text))), text);
    }
  }

  /** OWASP's list of what makes a spreadsheet calculate. */
  @Test
  void noTextBecomesAFormula() throws Exception {
    for (var text :
        List.of("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0")) {
      var cell = CsvValue.write(TextNode.valueOf(text));
      assertTrue(cell.startsWith("\""), cell);
      assertFalse(cell.startsWith("="), cell);
      assertEquals(TextNode.valueOf(text), read(cell));
    }
  }

  private static JsonNode read(String cell) throws JsonProcessingException {
    return CsvValue.read(cell, MAPPER);
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return MAPPER.readTree(text);
  }
}
