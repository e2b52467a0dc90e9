package io.muster.command.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads and writes JSON of requests and answers: no member comes twice. Thread-safe. */
final class JobsJson {
  /** A job's document may be nested; a recursion must end before the stack does. */
  private static final int MAX_NESTING = 200;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static {
    MAPPER
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build());
  }

  private JobsJson() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Empty when it is not UTF-8. */
  static Optional<String> text(byte[] utf8) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException otherEncoding) {
      return Optional.empty();
    }
  }

  /** Empty when it is no JSON, or nothing at all. */
  static Optional<JsonNode> read(String text) {
    try {
      return Optional.ofNullable(MAPPER.readTree(text)).filter(it -> !it.isMissingNode());
    } catch (JsonProcessingException notJson) {
      return Optional.empty();
    }
  }

  static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static byte[] bytes(JsonNode node) {
    return text(node).getBytes(StandardCharsets.UTF_8);
  }
}
