package io.muster.registry.shadow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads and writes JSON of shadows: numbers keep all their digits, no member comes twice, nothing
 * follows the end. Thread-safe.
 */
final class ShadowJson {
  /** Beyond what any setting allows for a section, and before the stack of a recursion ends. */
  private static final int MAX_NESTING = 64;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  static {
    MAPPER
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build());
  }

  private ShadowJson() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * Reads a request.
   *
   * @throws ShadowRefusedException with 415 or 400 when it is no object in UTF-8
   */
  static ObjectNode read(byte[] payload) {
    try {
      if (MAPPER.readTree(utf8(payload)) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException notJson) {
      throw notAnObject();
    }
    throw notAnObject();
  }

  /** Reads what was stored. */
  static ObjectNode stored(String text) {
    try {
      return text == null ? null : (ObjectNode) MAPPER.readTree(text);
    } catch (JsonProcessingException broken) {
      throw new IllegalStateException("a stored document is no JSON", broken);
    }
  }

  /** Null when there is none. */
  static ObjectNode member(ObjectNode object, String name) {
    return object.get(name) instanceof ObjectNode member ? member : null;
  }

  static String text(JsonNode node) {
    try {
      return node == null ? null : MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static byte[] bytes(JsonNode node) {
    return text(node).getBytes(StandardCharsets.UTF_8);
  }

  private static String utf8(byte[] payload) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
    } catch (CharacterCodingException otherEncoding) {
      throw ShadowRefusal.notUtf8().asException();
    }
  }

  private static ShadowRefusedException notAnObject() {
    return ShadowRefusal.malformed("Invalid JSON", "").asException();
  }
}
