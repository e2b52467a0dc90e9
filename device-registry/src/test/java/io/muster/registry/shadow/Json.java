package io.muster.registry.shadow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/** JSON in tests, with apostrophes for quotes. */
final class Json {
  private Json() {}

  static ObjectNode json(String text) {
    return ShadowJson.read(bytes(text));
  }

  static byte[] bytes(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  /** As it is written: a whole number may be an int here and a long there. */
  static void assertJson(ObjectNode expected, JsonNode actual) {
    assertEquals(plain(expected), plain(actual));
  }

  private static ObjectNode plain(JsonNode node) {
    return ShadowJson.stored(ShadowJson.text(node));
  }
}
